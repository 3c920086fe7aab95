import { type CType, type MapSpec, MapType } from '@bpfleet/bpf';
import type { ObjectMap } from '@bpfleet/kernel';
import { describe, expect, test } from 'vitest';
import type { ReadableMap } from '../read-map.ts';
import { mapOutputs, type ObjectOutput, type ObjectTypes } from './map-output.ts';
import { readObjectMap } from './read-object-map.ts';
import { isTracingSection } from './tracing-section.ts';

/** `void`, an unsigned and a signed integer, and something else. */
const list: readonly CType[] = [
  { kind: 'void' },
  { kind: 'integer', size: 4, signed: false, character: false },
  { kind: 'integer', size: 4, signed: true, character: false },
  { kind: 'other', name: 'double' },
];
const types: ObjectTypes = { length: list.length, resolve: (id) => list[id] ?? { kind: 'void' }, members: () => [] };

const object = (part: Partial<ObjectMap>): ObjectMap => ({
  name: 'm',
  type: MapType.HASH,
  keySize: 4,
  valueSize: 4,
  maxEntries: 8,
  flags: 0,
  keyType: 1,
  valueType: 2,
  internal: false,
  pinned: false,
  ...part,
});

function readable(entries: [number, ...number[]][], part: Partial<ReadableMap & MapSpec> = {}): ReadableMap {
  const rows = entries.map(([key, ...values]) => ({
    key: Buffer.from(Uint32Array.of(key).buffer),
    value: Buffer.from(Int32Array.from(values).buffer),
  }));
  const spec = { name: 'm', type: MapType.HASH, keySize: 4, valueSize: 4, maxEntries: 8, flags: 0 };
  const lookup = (key: Uint8Array) => rows.find((row) => row.key.equals(key))?.value ?? null;
  return { spec, cpus: 1, stride: 4, entries: () => rows, lookup, ...part };
}

function values(output: ObjectOutput | undefined, map: ReadableMap) {
  const entries = [...readObjectMap(output as ObjectOutput, map).entries.values()];
  return entries.map(({ key, cells }) => [...key, cells.get(0)]);
}

describe('maps of an object', () => {
  test('a hash has what is in it, zero too', () => {
    const [output] = mapOutputs([object({})], types).outputs;
    expect(output?.schema).toEqual({ id: 0, name: '@m', kind: 'sum', key: ['uint'], signed: true });
    expect(
      values(
        output,
        readable([
          [7, -3],
          [8, 0],
        ]),
      ),
    ).toEqual([
      [7n, -3n],
      [8n, 0n],
    ]);
  });

  test('values of CPUs are added', () => {
    const [output] = mapOutputs([object({ type: MapType.PERCPU_HASH })], types).outputs;
    expect(values(output, readable([[7, -3, 0, 10, 0]], { cpus: 2, stride: 8 }))).toEqual([[7n, 7n]]);
  });

  test('an array has what is not zero', () => {
    const [output] = mapOutputs([object({ type: MapType.ARRAY, keyType: 0 })], types).outputs;
    expect(
      values(
        output,
        readable([
          [0, 0],
          [1, 5],
        ]),
      ),
    ).toEqual([[1n, 5n]]);
  });

  test.each<[string, Partial<ObjectMap>, RegExp]>([
    ['no type information', { keyType: 0 }, /map m is not part of the results: its key/],
    ['a value that is none', { valueType: 3 }, /its value is not a single integer/],
    ['a type larger than the key', { keySize: 2 }, /its key/],
    ['a ring', { type: MapType.RINGBUF }, /records of m are not read yet/],
    ['a name', { name: 'x.y' }, /unusual name/],
  ])('%s: a warning', (_name, part, message) => {
    const { outputs, warnings } = mapOutputs([object(part)], types);
    expect(outputs).toEqual([]);
    expect(warnings).toMatchObject([{ severity: 'warning', message: expect.stringMatching(message) }]);
  });

  test.each([[{ internal: true }], [{ type: 3 }], [{ type: MapType.STACK_TRACE }]])('%j holds no results', (part) => {
    expect(mapOutputs([object(part)], types)).toEqual({ outputs: [], warnings: [] });
  });
});

test.each([
  ['tracepoint/syscalls/sys_enter_openat', true],
  ['tp_btf/sched_switch', true],
  ['kprobe.multi/vfs_*', true],
  ['fentry/vfs_read', true],
  ['kprobe', false],
  ['raw_tp.w/x', false],
  ['xdp', false],
  ['lsm/file_open', false],
  ['fmod_ret/x', false],
  ['perf_event', false],
])('section %s: %s', (section, traces) => {
  expect(isTracingSection(section)).toBe(traces);
});
