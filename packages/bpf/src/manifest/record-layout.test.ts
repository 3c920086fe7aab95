import { expect, test } from 'vitest';
import { layOutFields } from './record-layout.ts';

test('fields lie as C has them', () => {
  const laid = layOutFields(['u8 kind', '__u64 ts;', 's16 ret', 'char comm[16]', 'unsigned int list[2]', 'bool ok']);
  expect(
    typeof laid === 'string' ? laid : laid.map(({ name, offset, size, length }) => [name, offset, size, length]),
  ).toEqual([
    ['kind', 0, 1, 1],
    ['ts', 8, 8, 1],
    ['ret', 16, 2, 1],
    ['comm', 18, 1, 16],
    ['list', 36, 4, 2],
    ['ok', 44, 1, 1],
  ]);
});

test.each(['', 'u64', 'double x', 'u64 a b', 'struct x y', 'u64 x[999999]', 'u64 *p'])('%j is no field', (line) => {
  expect(layOutFields([line])).toEqual(expect.any(String));
});
