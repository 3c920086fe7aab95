import type { CMember, CType } from '@bpfleet/bpf';
import { expect, test } from 'vitest';
import type { ObjectTypes } from './object-types.ts';
import { recordType } from './record-type.ts';

const POINTER = 1_000;

/** Structures by their names, with the names of what each holds; `*name` is pointed to, `-` has no name. */
function typesOf(structures: Readonly<Record<string, readonly string[]>>): ObjectTypes {
  const names = Object.keys(structures);
  const number = (name: string) =>
    name.startsWith('*') ? POINTER + names.indexOf(name.slice(1)) : names.indexOf(name);
  const resolve = (id: number): CType => {
    if (id >= POINTER) return { kind: 'pointer', to: id - POINTER };
    return { kind: 'record', id, name: names[id] === '-' ? '' : (names[id] ?? ''), size: 8 };
  };
  const members = (id: number): CMember[] =>
    (structures[names[id] ?? ''] ?? []).map((name) => ({ name: 'x', type: number(name), bitOffset: 0, bits: 0 }));
  const types = { resolve, members, enumerators: () => [] };
  return {
    sections: [],
    btf: null,
    structure: (name) => (names.includes(name) && name !== '-' ? { types, id: names.indexOf(name) } : undefined),
    structures: () => names.filter((name) => name !== '-'),
  };
}

test.each<[string, Readonly<Record<string, readonly string[]>>, string | undefined]>([
  ['the only one with a likely name', { bind_event: [], key: [] }, 'bind_event'],
  ['one of two: nothing tells', { a_event: [], b_event: [] }, undefined],
  ["the map's name before a usual one", { data_t: [], event: [] }, 'event'],
  ['none of the kernel, which others hold', { sock: ['cgroup_data'], cgroup_data: [] }, undefined],
  ['none that others point to', { sock: ['*cgroup_data'], cgroup_data: [] }, undefined],
  ['none that others hold in a part without a name', { sock: ['-'], '-': ['cgroup_data'], cgroup_data: [] }, undefined],
  ['the one besides those', { sock: ['cgroup_data'], cgroup_data: [], tcp_event: [] }, 'tcp_event'],
  ['one that holds itself for ever', { '-': ['-'], x_event: ['-'] }, 'x_event'],
])('%s', (_what, structures, expected) => {
  const found = recordType({ name: 'events', valueType: 0 }, typesOf(structures));
  expect(found?.types.resolve(found.id)).toEqual(expected && expect.objectContaining({ name: expected }));
});
