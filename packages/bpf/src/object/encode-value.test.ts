import { describe, expect, test } from 'vitest';
import type { CType } from '../btf/type-source.ts';
import type { ManifestValue } from '../manifest/manifest.ts';
import { encodeValue } from './encode-value.ts';

const integer = (size: 1 | 2 | 4 | 8, signed: boolean): CType => ({ kind: 'integer', size, signed, character: false });
const types: Readonly<Record<string, readonly [id: number, type: CType]>> = {
  u8: [1, integer(1, false)],
  s32: [2, integer(4, true)],
  u64: [3, integer(8, false)],
  bool: [4, { kind: 'boolean' }],
  char: [5, { kind: 'integer', size: 1, signed: true, character: true }],
  text: [6, { kind: 'array', element: 5, length: 4 }],
  list: [7, { kind: 'array', element: 1, length: 3 }],
  color: [8, { kind: 'integer', size: 4, signed: false, character: false, enumeration: 8 }],
  record: [9, { kind: 'record', id: 9, name: 'c', size: 4 }],
  pointer: [10, { kind: 'pointer', to: 0 }],
};

function encode(type: string, value: ManifestValue): string {
  const bytes = new Uint8Array(8).fill(0xee);
  const source = {
    resolve: (id: number) => Object.values(types).find(([own]) => own === id)?.[1] ?? ({ kind: 'void' } as const),
    members: () => [{ name: 'depth', type: 1, bitOffset: 0, bits: 0 }],
    enumerators: () => [
      { name: 'RED', value: 2n },
      { name: 'GREEN', value: 3n },
    ],
  };
  const wrong = encodeValue({ types: source, view: new DataView(bytes.buffer) }, types[type]?.[0] ?? 0, 0, value);
  return (
    wrong ??
    Buffer.from(bytes)
      .toString('hex')
      .replace(/(ee)+$/, '')
  );
}

describe('values as variables have them', () => {
  test.each<[string, ManifestValue, string]>([
    ['u8', 255, 'ff'],
    ['u8', '0x1f', '1f'],
    ['u8', "'a'", '61'],
    ['u8', true, '01'],
    ['s32', '-2', 'feffffff'],
    ['u64', '18446744073709551615', 'ffffffffffffffff'],
    ['bool', 'true', '01'],
    ['bool', 0, '00'],
    ['text', 'abc', '61626300'],
    ['text', '', '00000000'],
    ['list', '1, 2', '010200'],
    ['list', [1, '2', 3], '010203'],
    ['list', 7, '070000'],
    ['color', 'GREEN', '03000000'],
    ['color', 9, '09000000'],
  ])('%s %j', (type, value, bytes) => expect(encode(type, value)).toBe(bytes));

  test.each<[string, ManifestValue, string]>([
    ['u8', 256, 'takes 0 to 255, not 256'],
    ['s32', '2147483648', 'takes -2147483648 to 2147483647, not 2147483648'],
    ['u64', '-1', 'takes 0 to 18446744073709551615, not -1'],
    ['u8', 'many', 'takes a whole number, not "many"'],
    ['u8', 2 ** 60, 'takes a whole number'],
    ['bool', 'maybe', 'takes true or false, not "maybe"'],
    ['text', 'abcd', 'takes up to 3 bytes of text, not 4'],
    ['list', '1,2,3,4', 'takes up to 3 values, not 4'],
    ['list', '1,256', 'takes 0 to 255, not 256'],
    ['color', 'GREN', 'has no value "GREN"; did you mean \'GREEN\'?'],
    ['record', 1, 'is a structure; set its fields one by one, NAME.FIELD=VALUE (depth)'],
    ['pointer', 1, 'is of a type that cannot be set'],
  ])('%s %j is refused', (type, value, message) => expect(encode(type, value)).toContain(message));
});
