import { DwarfError } from '@bpfleet/bpf';
import { expect, test } from 'vitest';
import type { ObjectTypes, TypeRef } from './object-types.ts';
import { canBe, recordOutput } from './record-output.ts';

/** The types of an object whose only structure is described by debugging information that leads nowhere. */
function damagedTypes(): ObjectTypes {
  const lost = () => {
    throw new DwarfError('a reference in it leads outside');
  };
  const event: TypeRef = { id: 7, types: { resolve: lost, members: lost, enumerators: lost } };
  return { sections: [], btf: null, structure: () => event, structures: () => ['event'] };
}

const ring = {
  ...{ name: 'events', type: 27, keySize: 0, valueSize: 0, maxEntries: 4096, flags: 0 },
  ...{ keyType: 0, valueType: 0, internal: false, pinned: false },
};

test('records whose structure is damaged are bytes, and a manifest may still describe them', () => {
  expect(recordOutput(ring, 0, 'ring', damagedTypes()).fields).toBeNull();
  expect(recordOutput(ring, 0, 'ring', damagedTypes(), { layout: ['u64 ts'] }).fields).toMatchObject([{ name: 'ts' }]);
});

test.each<[boolean, 'ring' | 'perf', number, boolean]>([
  [true, 'ring', 20, true],
  [true, 'ring', 12, true],
  [true, 'ring', 21, false],
  [true, 'perf', 27, true],
  [true, 'perf', 28, false],
  [false, 'ring', 20, true],
  [false, 'ring', 12, false],
  [false, 'perf', 20, true],
  [false, 'perf', 19, false],
])('structure of 20 bytes that is sure: %s; record of a %s buffer with %i bytes: %s', (sure, buffer, length, can) => {
  expect(canBe({ map: 0, name: 'events', fields: [], buffer, sure, bytes: 20 }, length)).toBe(can);
});
