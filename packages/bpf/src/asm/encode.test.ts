import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InstructionBuilder, JumpRangeError } from './builder.ts';
import { decode } from './decode.ts';
import { EncodeError, encode, slotCount } from './encode.ts';
import type { Instruction } from './instruction.ts';
import { LDDW, PseudoSource } from './opcode.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function built(write: (builder: InstructionBuilder) => void): Instruction[] {
  const builder = new InstructionBuilder();
  write(builder);
  return builder.build();
}

describe('encode gives the bytes of the instruction set', () => {
  test.each<[string, (builder: InstructionBuilder) => void, string]>([
    ['r0 = 0', (b) => b.constant(0, 0n), 'b700000000000000'],
    ['r6 = r1', (b) => b.move(6, 1), 'bf16000000000000'],
    ['r1 = *(u64 *)(r10 - 8)', (b) => b.load(8, 1, 10, -8), '79a1f8ff00000000'],
    ['*(u32 *)(r10 - 4) = 7', (b) => b.storeImmediate(4, 10, -4, 7n), '620afcff07000000'],
    ['lock *(u64 *)(r2 + 8) += r3', (b) => b.atomicAdd(2, 8, 3), 'db32080000000000'],
    ['r3 = atomic64_fetch_add(r2 + 8, r3)', (b) => b.atomicFetchAdd(2, 8, 3), 'db32080001000000'],
    ['r1 s>>= 63', (b) => b.aluImmediate('ARSH', 1, 63n), 'c70100003f000000'],
    ['r1 = -r1', (b) => b.negate(1), '8701000000000000'],
    ['r1 = 2^32', (b) => b.constant(1, 1n << 32n), '18010000000000000000000001000000'],
    ['call map_lookup_elem', (b) => b.call('map_lookup_elem'), '8500000001000000'],
    ['exit', (b) => b.exit(), '9500000000000000'],
  ])('%s', (_text, write, bytes) => {
    expect(hex(encode(built(write)))).toBe(bytes);
  });

  test('maps are named until their file descriptor is known', () => {
    const program = built((b) => {
      b.map(1, 'counts');
      b.mapValue(2, 'zeros', 16);
    });
    const bytes = encode(program, (name) => ({ counts: 5, zeros: 6 })[name]);
    expect(hex(bytes)).toBe('18110000050000000000000000000000' + '18220000060000000000000010000000');
    expect(() => encode(program)).toThrow(new EncodeError(0, 'no map is named counts'));
  });

  test('a jump counts slots, not instructions', () => {
    const program = built((b) => {
      const after = b.label();
      b.jumpIfImmediate('JEQ', 1, 0n, after);
      b.constant(2, 1n << 40n);
      b.place(after);
      b.exit();
    });
    expect(program[0]?.offset).toBe(2);
  });

  test('a jump that is too far is an error, not a wrong jump', () => {
    const write = () =>
      built((b) => {
        const after = b.label();
        b.jump(after);
        for (let i = 0; i < 33_000; i++) b.move(1, 2);
        b.place(after);
        b.exit();
      });
    expect(write).toThrow(JumpRangeError);
  });

  test.each<[string, Partial<Instruction>]>([
    ['offset', { offset: 40_000 }],
    ['immediate', { imm: 1n << 31n }],
    ['register', { dst: 16 }],
  ])('%s out of range', (_name, wrong) => {
    const instruction = { opcode: 0xb7, dst: 0, src: 0, offset: 0, imm: 0n, ...wrong };
    expect(() => encode([instruction])).toThrow(EncodeError);
  });
});

const register = fc.integer({ min: 0, max: 10 });
const narrow = fc.record({
  opcode: fc.integer({ min: 0, max: 255 }).filter((opcode) => opcode !== LDDW),
  dst: register,
  src: register,
  offset: fc.integer({ min: -0x8000, max: 0x7fff }),
  imm: fc.bigInt({ min: -(1n << 31n), max: (1n << 31n) - 1n }),
});
const wide = fc.record({
  opcode: fc.constant(LDDW),
  dst: register,
  src: fc.constant(0),
  offset: fc.constant(0),
  imm: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
});

test('what is encoded decodes to the same instructions', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(narrow, wide), { maxLength: 40 }), (program) => {
      const bytes = encode(program);
      expect(bytes.length).toBe(slotCount(program) * 8);
      expect(decode(bytes)).toEqual(program);
    }),
  );
});

test('bytes that are cut short do not decode', () => {
  const bytes = encode([{ opcode: LDDW, dst: 1, src: PseudoSource.MAP_FD, offset: 0, imm: 3n }]);
  expect(decode(bytes)).toHaveLength(1);
  expect(decode(bytes.subarray(0, 8))).toBeUndefined();
});
