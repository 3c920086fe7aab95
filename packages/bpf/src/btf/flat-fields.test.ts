import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Btf } from './btf.ts';
import { BtfError } from './btf-error.ts';
import { flatFields } from './flat-fields.ts';

const NAMES = '\0char\0u64\0pair\0';
const KIND = { INT: 1, PTR: 2, ARRAY: 3, STRUCT: 4, UNION: 5, ENUM: 6, TYPEDEF: 8 };
const name = (text: string) => NAMES.indexOf(`\0${text}\0`) + 1;
const info = (kind: number, members = 0, flag = 0) => ((flag << 31) | (kind << 24) | members) >>> 0;

/** A `.BTF` section of types given as 32-bit words. */
function section(...types: number[][]): Uint8Array {
  const words = types.flat();
  const bytes = new Uint8Array(24 + words.length * 4 + NAMES.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  for (const [index, word] of [24, 0, words.length * 4, words.length * 4, NAMES.length].entries()) {
    view.setUint32(4 + index * 4, word, true);
  }
  for (const [index, word] of words.entries()) view.setUint32(24 + index * 4, word, true);
  bytes.set(new TextEncoder().encode(NAMES), 24 + words.length * 4);
  return bytes;
}

const SIGNED = 1 << 24;
const whole = section(
  [name('u64'), info(KIND.INT), 8, 64], // 1
  [name('char'), info(KIND.INT), 1, 8 | SIGNED], // 2
  [0, info(KIND.ARRAY), 0, 2, 1, 16], // 3: char[16]
  [name('u64'), info(KIND.TYPEDEF), 1], // 4
  [name('pair'), info(KIND.STRUCT, 2), 24, 0, 3, 0, 0, 4, 128], // 5: { char[16]; u64 }
  [0, info(KIND.PTR), 1], // 6
  [name('pair'), info(KIND.STRUCT, 1), 8, 0, 6, 0], // 7: { u64 * }
  [0, info(KIND.ENUM, 1), 4, 0, 7], // 8
  [0, info(KIND.ARRAY), 0, 1, 1, 4], // 9: u64[4]
  [0, info(KIND.PTR), 5], // 10
  [name('pair'), info(KIND.STRUCT, 1, 1), 8, 0, 1, (3 << 24) | 0], // 11: a bit field
  [0, info(KIND.STRUCT, 0), 0], // 12: nothing
  [0, info(KIND.UNION, 2), 16, 0, 3, 0, 0, 4, 0], // 13: char[16] or u64
  [name('u64'), info(KIND.INT), 8, 60], // 14: a part of a word
);

test.each([
  ['an integer', 1, [{ type: 'uint', offset: 0, size: 8 }]],
  ['a char', 2, [{ type: 'int', offset: 0, size: 1 }]],
  ['characters', 3, [{ type: 'string', offset: 0, size: 16 }]],
  ['a typedef', 4, [{ type: 'uint', offset: 0, size: 8 }]],
  [
    'a struct',
    5,
    [
      { type: 'string', offset: 0, size: 16 },
      { type: 'uint', offset: 16, size: 8 },
    ],
  ],
  ['an enum', 8, [{ type: 'uint', offset: 0, size: 4 }]],
  ['void', 0, null],
  ['a pointer', 6, null],
  ['a struct with a pointer', 7, null],
  ['an array of integers', 9, null],
  ['a bit field', 11, null],
  ['an empty struct', 12, null],
  ['a union', 13, null],
  ['a part of a word', 14, null],
])('%s', (_name, id, fields) => {
  expect(flatFields(Btf.checked(whole), id)).toEqual(fields);
});

test.each([
  ['nothing', new Uint8Array(0)],
  ['another format', new Uint8Array(64)],
  ['a type that is cut off', section([0, info(KIND.STRUCT, 9), 8])],
  ['a name outside', section([999, info(KIND.INT), 8, 64])],
  ['a typedef of itself', section([0, info(KIND.TYPEDEF), 1])],
  ['a typedef of nothing', section([0, info(KIND.TYPEDEF), 99])],
  ['a member of no type', section([0, info(KIND.STRUCT, 1), 8, 0, 2, 0])],
  ['an unknown kind', section([0, info(31), 0])],
  ['no kind', section([0, info(0), 0])],
])('%s', (_name, bytes) => {
  expect(() => Btf.checked(bytes)).toThrow(BtfError);
});

test('whatever the bytes are, the answer is types or a BtfError', () => {
  const edits = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(edits, (bytes) => {
      const mutated = whole.slice();
      for (const [at, byte] of bytes) mutated[at] = byte;
      try {
        const types = Btf.checked(mutated);
        for (let id = 0; id < types.length; id++) flatFields(types, id);
      } catch (error) {
        expect(error).toBeInstanceOf(BtfError);
      }
    }),
    { numRuns: 2000 },
  );
});
