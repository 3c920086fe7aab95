import type { CType } from '@bpfleet/bpf';
import { expect, test } from 'vitest';
import { keyLayout } from './key-layout.ts';
import type { TypeRef } from './object-types.ts';

/** A structure of whole numbers: their names, and how many bytes each has. */
function structureOf(fields: Readonly<Record<string, 4 | 8>>): TypeRef & { readonly size: number } {
  const sizes = Object.values(fields);
  const size = sizes.reduce<number>((sum, bytes) => sum + bytes, 0);
  const offsetOf = (index: number) => sizes.slice(0, index).reduce<number>((sum, bytes) => sum + bytes, 0);
  const record: CType = { kind: 'record', id: 1, name: 'key', size };
  const integer = (size: 4 | 8): CType => ({ kind: 'integer', size, signed: true, character: false });
  const types: TypeRef['types'] = {
    resolve: (id) => (id === 1 ? record : integer(id === 8 ? 8 : 4)),
    members: () =>
      Object.entries(fields).map(([name, bytes], index) => ({
        name,
        type: bytes,
        bitOffset: offsetOf(index) * 8,
        bits: 0,
      })),
    enumerators: () => [],
  };
  return { types, id: 1, size };
}

test.each<[Readonly<Record<string, 4 | 8>>, (number | null | undefined)[]]>([
  [{ tgid: 4, user_stack_id: 4 }, [undefined, 0]],
  [{ pid: 4, kern_stack_id: 4 }, [undefined, null]],
  [{ pid_tgid: 8, uaddr: 8, user_stack_id: 4 }, [undefined, undefined, 4]],
  [{ pid: 4, w_k_stack_id: 4 }, [undefined, null]],
  [{ pid: 4, w_user_stack_id: 4 }, [undefined, undefined]],
  [{ cpu: 4, user_stack_id: 4 }, [undefined, undefined]],
])('the stacks of %j, and where the process is that they are of', (fields, processes) => {
  const { size, ...type } = structureOf(fields);
  const found = keyLayout(type, size, { map: 'stacks', depth: 127 });
  expect(found.map(({ stack }) => (stack === undefined ? undefined : (stack.process?.offset ?? null)))).toEqual(
    processes,
  );
});

test('parts are called as the fields of the structure', () => {
  const { size, ...type } = structureOf({ tgid: 4, user_stack_id: 4, delta: 8 });
  const found = keyLayout(type, size, { map: 'stacks', depth: 127 });
  expect(found.map(({ name }) => name)).toEqual(['tgid', 'user_stack_id', 'delta']);
  expect(keyLayout(null, 4).map(({ name }) => name)).toEqual([undefined]);
});

test('a part that is wider than numbers are is its bytes', () => {
  const { size, ...type } = structureOf({ saddr: 8, pid: 4 });
  const wide: CType = { kind: 'other', name: 'unsigned __int128', size: 8 };
  const resolve = (id: number): CType => (id === 8 ? wide : type.types.resolve(id));
  const found = keyLayout({ ...type, types: { ...type.types, resolve } }, size);
  expect(found.map(({ name, type }) => [name, type])).toEqual([
    ['saddr', 'array'],
    ['pid', 'int'],
  ]);
});

test.each([
  ['kern_stack', 'stack'],
  ['stack', 'array'],
  ['user_stack', 'array'],
  ['slots', 'array'],
])('an array of addresses that is called %s', (name, type) => {
  const { types } = structureOf({ pid: 8, [name]: 8 });
  const resolve = (id: number): CType => {
    if (id === 9) return { kind: 'array', element: 8, length: 127 };
    const type = types.resolve(id);
    return type.kind === 'record' ? { ...type, size: 8 + 127 * 8 } : type;
  };
  const members = () => types.members(1).map((each, index) => (index === 1 ? { ...each, type: 9 } : each));
  const found = keyLayout({ types: { ...types, resolve, members }, id: 1 }, 8 + 127 * 8);
  expect(found.map((each) => each.type)).toEqual(['int', type]);
});
