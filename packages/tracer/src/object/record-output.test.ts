import { DwarfError } from '@bpfleet/bpf';
import { expect, test } from 'vitest';
import type { ObjectTypes, TypeRef } from './object-types.ts';
import { recordOutput } from './record-output.ts';

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
