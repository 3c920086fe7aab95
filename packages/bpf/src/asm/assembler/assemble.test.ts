import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../decode.ts';
import { disassemble } from '../disassemble.ts';
import { encode } from '../encode.ts';
import { assemble } from './assemble.ts';

const head = '.map m hash key=u32 value=u64 entries=8\n.program p kprobe/vfs_read\n';

function hexOf(code: string): string {
  const assembled = assemble(`${head}${code}`);
  if ('errors' in assembled) throw new Error(assembled.errors.map(({ message }) => message).join());
  const { instructions } = assembled.object.programs[0] ?? { instructions: [] };
  return Buffer.from(encode(instructions, () => 0)).toString('hex');
}

/** As clang's assembler for BPF encodes them. */
describe('an instruction', () => {
  test.each([
    ['r6 = r1', 'bf16000000000000'],
    ['w6 = w1', 'bc16000000000000'],
    ['r1 = -5', 'b7010000fbffffff'],
    ['w1 = 0xffffffff', 'b4010000ffffffff'],
    ['r1 = 0x100000000', '18010000000000000000000001000000'],
    ['r1 = 7 ll', '18010000070000000000000000000000'],
    ['r1 = map[m]', '18110000000000000000000000000000'],
    ['r2 += -4', '07020000fcffffff'],
    ['r2 s>>= r3', 'cf32000000000000'],
    ['r2 s/= 3', '3702010003000000'],
    ['w2 <<= 3', '6402000003000000'],
    ['r1 = -r1', '8701000000000000'],
    ['r1 = be16 r1', 'dc01000010000000'],
    ['r1 = bswap64 r1', 'd701000040000000'],
    ['r1 = (s8)r2', 'bf21080000000000'],
    ['r0 = *(u64 *)(r1 + 8)', '7910080000000000'],
    ['r0 = *(s32 *)(r1 - 8)', '8110f8ff00000000'],
    ['r0 = *(u8 *)(r1)', '7110000000000000'],
    ['*(u32 *)(r10 - 4) = r0', '630afcff00000000'],
    ['*(u64 *)(r10 - 16) = 1', '7a0af0ff01000000'],
    ['lock *(u64 *)(r0 + 0) += r1', 'db10000000000000'],
    ['r3 = atomic64_fetch_add((u64 *)(r2 + 8), r3)', 'db32080001000000'],
    ['r0 = atomic_cmpxchg((u32 *)(r2 + 8), r0, r3)', 'c3320800f1000000'],
    ['call bpf_map_lookup_elem', '8500000001000000'],
    ['call 14', '850000000e000000'],
    ['if r0 == 0 goto +1', '1500010000000000'],
    ['if r1 s< r2 goto pc-2', 'cd21feff00000000'],
    ['if w1 & 4 goto +0', '4601000004000000'],
    ['exit ; the end', '9500000000000000'],
  ])('%s', (text, hex) => {
    expect(hexOf(text)).toBe(hex);
  });

  test('jumps to a label count slots, also backwards', () => {
    expect(hexOf('again: r1 = map[m]\nif r1 == 0 goto again\nif r1 != 0 goto out\nr2 = 5 ll\nout: exit')).toBe(
      '18110000000000000000000000000000' +
        '1501fdff00000000' +
        '5501020000000000' +
        '18020000050000000000000000000000' +
        '9500000000000000',
    );
  });
});

describe('what is wrong is told with its place', () => {
  test.each([
    ['r11 = 1', 3, 1, 'expected a register: r0 to r10, or w0 to w10 for their lower half, found "r11"'],
    ['r1 = r2 r3', 3, 9, 'expected the end of the line, found "r3"'],
    ['r1 = w2', 3, 8, 'r and w registers do not go together, found the end of the line'],
    ['r1 &= 0xffffffff', 3, 7, 'a number is from -2147483648 to 2147483647, not 4294967295'],
    ['r1 = *(u64 *)(r1 + 40000)', 3, 18, 'an offset is from -32768 to 32767, not 40000'],
    ['call bpf_nosuch', 3, 6, 'expected a helper, as in bpf_map_lookup_elem, found "bpf_nosuch"'],
    ['goto out', 3, 6, 'there is no label out in this program'],
    ['r1 = map[n]', 3, 1, 'there is no map n: declare it with .map n ...'],
    ['r1 = map[m][0] + 8', 3, 1, 'an object cannot hold the address of a value: look it up with bpf_map_lookup_elem'],
    ['.map m array value=u64 entries=1', 3, 1, 'there is a map m already'],
    ['.map n hash key=u32 value=u64', 3, 30, 'write entries=N, found the end of the line'],
    ['.map n nosuch', 3, 8, /^expected a type of map: hash, array, / as unknown as string],
    ['.program q', 3, 11, /^expected where it is attached/ as unknown as string],
    ['.nosuch', 3, 1, 'there is no .nosuch: there are .license, .map and .program'],
    ['r1 ? 2', 3, 4, '"? 2" means nothing here'],
  ])('%s', (text, line, column, message) => {
    const assembled = assemble(`${head}${text}\nexit`);
    const [error] = 'errors' in assembled ? assembled.errors : [];
    expect(error).toEqual({
      line,
      column,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  test('all at once', () => {
    expect(assemble('r1 = 1\n.program p kprobe/x\nr1 =\nr99 = 1')).toMatchObject({
      errors: [{ line: 1 }, { line: 3 }, { line: 4 }],
    });
    expect(assemble('')).toMatchObject({ errors: [{ message: expect.stringMatching(/^there is no program/) }] });
  });
});

test('maps have the sizes and types that they are declared with', () => {
  const text = `.license "Dual MIT/GPL"
    .map names lru_hash key=char[16] value=s32 entries=100 flags=2
    .map sums percpu_array value=u64 entries=1
    .map blobs hash key=24 value=8 entries=5
    .map ring ringbuf entries=4096
    .program p raw_tracepoint/sys_enter
    exit`;
  expect(assemble(text, 'x.bpf.s')).toMatchObject({
    object: {
      license: 'Dual MIT/GPL',
      file: 'x.bpf.s',
      maps: [
        { name: 'names', type: 9, keySize: 16, valueSize: 4, maxEntries: 100, flags: 2, keyType: { kind: 'text' } },
        { name: 'sums', type: 6, keySize: 4, valueSize: 8, keyType: { kind: 'integer', bytes: 4, signed: false } },
        { name: 'blobs', type: 1, keySize: 24, valueSize: 8 },
        { name: 'ring', type: 27, keySize: 0, valueSize: 0, maxEntries: 4096 },
      ],
      programs: [
        { name: 'p', section: 'raw_tracepoint/sys_enter', lines: [{ instruction: 0, line: 7, text: 'exit' }] },
      ],
    },
  });
});

/** Instructions that the disassembler knows: their own bytes, made of texts that must come back. */
const register = fc.integer({ min: 0, max: 10 }).map((number) => `r${number}`);
const number32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const offset = fc.integer({ min: -0x8000, max: 0x7fff }).map((value) => (value < 0 ? `${value}` : `+${value}`));
const size = fc.constantFrom('u8', 'u16', 'u32', 'u64');
const operator = fc.constantFrom('+=', '-=', '*=', '/=', '|=', '&=', '<<=', '>>=', '%=', '^=', 's>>=', 's/=', '=');
const comparison = fc.constantFrom('==', '!=', '>', '>=', '<', '<=', 's>', 's>=', 's<', 's<=', '&');
const text = fc.oneof(
  fc.tuple(register, operator, fc.oneof(register, number32.map(String))).map((parts) => parts.join(' ')),
  fc.tuple(register, size, register, offset).map(([dst, of, base, at]) => `${dst} = *(${of} *)(${base} ${at})`),
  fc
    .tuple(size, register, offset, fc.oneof(register, number32.map(String)))
    .map(([of, base, at, value]) => `*(${of} *)(${base} ${at}) = ${value}`),
  fc
    .tuple(register, comparison, fc.oneof(register, number32.map(String)))
    .map(([left, sign, right]) => `if ${left} ${sign} ${right} goto pc+0`),
  fc
    .tuple(register, fc.bigInt({ min: 2n ** 32n, max: 2n ** 63n - 1n }))
    .map(([dst, value]) => `${dst} = 0x${value.toString(16)}`),
);

test('what is assembled reads the same when it is taken apart, and is the same when that is assembled again', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 30 }), (lines) => {
      const hex = hexOf(lines.join('\n'));
      const instructions = decode(Buffer.from(hex, 'hex')) ?? [];
      expect(hexOf(disassemble(instructions))).toBe(hex);
    }),
  );
});

test('any text is assembled or refused', () => {
  const word = fc.constantFrom(
    'r1',
    'w2',
    '=',
    '+=',
    '*',
    '(',
    ')',
    'u32',
    'goto',
    'if',
    'lock',
    'map',
    '[',
    ']',
    '.map',
    '.program',
    ':',
    '7',
    's',
    'call',
    '"',
    '\n',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(word).map((words) => words.join(' ')),
      ),
      (source) => {
        const assembled = assemble(source);
        if ('errors' in assembled)
          expect(assembled.errors.every(({ line, column }) => line > 0 && column > 0)).toBe(true);
      },
    ),
  );
});
