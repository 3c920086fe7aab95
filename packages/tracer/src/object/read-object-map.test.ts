import { type CType, type MapSpec, MapType } from '@bpfleet/bpf';
import type { ObjectMap } from '@bpfleet/kernel';
import { describe, expect, test } from 'vitest';
import type { ReadableMap } from '../read-map.ts';
import { mapOutputs, type ObjectOutput } from './map-output.ts';
import type { ObjectTypes } from './object-types.ts';
import { readObjectMaps } from './read-object-map.ts';

const u32: CType = { kind: 'integer', size: 4, signed: false, character: false };
const char: CType = { kind: 'integer', size: 1, signed: true, character: true };
const record = (id: number, size: number): CType => ({ kind: 'record', id, name: '', size });

/** By number; those of a structure follow below. */
const list: readonly CType[] = [
  { kind: 'void' },
  u32,
  { kind: 'integer', size: 4, signed: true, character: false },
  { kind: 'other', name: 'double' },
  char,
  ...([
    { kind: 'array', element: 4, length: 8 },
    { kind: 'array', element: 1, length: 4 },
    record(7, 24),
    { kind: 'array', element: 7, length: 2 },
    { ...u32, enumeration: 9 },
    record(10, 4),
    { kind: 'array', element: 1, length: 5_000 },
    record(12, 20),
  ] as const),
];
const SLOTS = 6;
const STATS = 7;
const TWO_STATS = 8;
const COLOR = 9;
const UNION = 10;
const LONG = 11;
const EXTREMES = 12;
const fields: Readonly<Record<number, readonly [name: string, type: number, bitOffset: number][]>> = {
  [STATS]: [
    ['slots', SLOTS, 0],
    ['comm', 5, 128],
  ],
  [EXTREMES]: ['min', 'max_time', 'wait_max', 'minor', 'climax'].map((name, index) => [name, 1, index * 32]),
  [UNION]: [
    ['a', 1, 0],
    ['b', 2, 0],
  ],
};
const types: ObjectTypes = {
  sections: [],
  btf: {
    length: list.length,
    resolve: (id) => list[id] ?? { kind: 'void' },
    members: (id) => (fields[id] ?? []).map(([name, type, bitOffset]) => ({ name, type, bitOffset, bits: 0 })),
    enumerators: () => [{ name: 'RED', value: 2n }],
    variables: () => [
      { name: 'stats', section: '.bss', type: TWO_STATS, offset: 8, size: 48, global: true },
      { name: 'own', section: '.bss', type: 1, offset: 0, size: 4, global: false },
      { name: 'set', section: '.data', type: 1, offset: 0, size: 4, global: true },
    ],
  },
  structure: () => undefined,
  structures: () => [],
};

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

const readOne = (output: ObjectOutput | undefined, map: ReadableMap) =>
  readObjectMaps([{ output: output as ObjectOutput, map }])[0];

function values(output: ObjectOutput | undefined, map: ReadableMap) {
  const entries = [...(readOne(output, map)?.entries.values() ?? [])];
  return entries.map(({ key, cells, value }) => [...key, value ?? cells.get(0)]);
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

  test('a structure is read field by field: a histogram by its name, a text as the last one', () => {
    const { outputs, warnings } = mapOutputs([object({ valueType: STATS, valueSize: 24 })], types);
    expect(outputs.map(({ schema: { name, kind, key } }) => [name, kind, key])).toEqual([
      ['@m', 'hist', ['uint']],
      ['@m.comm', 'value', ['uint']],
    ]);
    expect(warnings[0]?.message).toMatch(/taken for a histogram of powers of two/);
    const map = readable([[7, 3, 0, 1, 0, 0x6162, 0]]);
    const [slots] = readOne(outputs[0], map)?.entries.values() ?? [];
    // The first bucket of such histograms is 0 and 1, the third 4 to 7.
    expect([...(slots?.cells ?? [])]).toEqual([
      [2, 3n],
      [4, 1n],
    ]);
    expect(values(outputs[1], map)).toEqual([[7n, 'ba']]);
  });

  test('a manifest says how it merges instead', () => {
    const manifest = { m: { fields: { slots: 'max' } } } as const;
    const { outputs, warnings } = mapOutputs([object({ valueType: STATS, valueSize: 24 })], types, manifest);
    expect(outputs[0]?.schema).toMatchObject({ name: '@m.slots', kind: 'max', key: ['uint', 'uint'] });
    expect(values(outputs[0], readable([[7, 3, 0, 1, 0, 0, 0]]))).toEqual([
      [7n, 0n, 3n],
      [7n, 2n, 1n],
    ]);
    expect(warnings).toEqual([]);
  });

  test('what programs only remember is none, unless it is named or there is nothing else', () => {
    const memory = [object({ name: 'start' }), object({ name: 'heap' })];
    const left = mapOutputs([...memory, object({})], types);
    expect(left.outputs.map(({ schema }) => schema.name)).toEqual(['@m']);
    expect(left.warnings.map(({ message }) => message)).toEqual([
      'maps start, heap are taken for what programs only remember, by their names; a manifest has them shown (outputs: {start: {show: true}, heap: {show: true}})',
    ]);
    const shown = mapOutputs([...memory, object({})], types, { start: {} });
    expect(shown.outputs.map(({ schema }) => schema.name)).toEqual(['@start', '@m']);
    expect(mapOutputs(memory, types).outputs.map(({ schema }) => schema.name)).toEqual(['@start', '@heap']);
  });

  test('a map that a manifest hides, or of no type for results, is none', () => {
    expect(mapOutputs([object({})], types, { m: { show: false } })).toMatchObject({ outputs: [], warnings: [] });
  });

  test('what a manifest names and the object lacks is told', () => {
    const part = { valueType: STATS, valueSize: 24 };
    const { warnings } = mapOutputs([object(part)], types, { mm: {}, m: { fields: { com: 'last', slots: 'hist' } } });
    expect(warnings.map(({ message }) => message)).toEqual([
      "the manifest names a field that map m does not have, com; did you mean 'comm'?",
      expect.stringMatching(/^the manifest names an output that the object does not have, mm/),
    ]);
  });

  test('numbers whose names say that they do not add up, and that is told', () => {
    const { outputs, warnings } = mapOutputs([object({ valueType: EXTREMES, valueSize: 20 })], types);
    expect(outputs.map(({ schema: { name, kind } }) => [name, kind])).toEqual([
      ['@m.min', 'min'],
      ['@m.max_time', 'max'],
      ['@m.wait_max', 'max'],
      ['@m.minor', 'sum'],
      ['@m.climax', 'sum'],
    ]);
    expect(warnings.map(({ message }) => message)[2]).toBe(
      'map m field wait_max is merged by its maximum, by its name; a manifest may say otherwise (outputs: {m: {fields: {wait_max: sum}}})',
    );
    expect(warnings).toHaveLength(3);
    const manifest = { m: { fields: { min: 'sum', max_time: 'last', wait_max: 'max' } } } as const;
    const asked = mapOutputs([object({ valueType: EXTREMES, valueSize: 20 })], types, manifest);
    expect(asked.outputs.map(({ schema: { kind } }) => kind).slice(0, 3)).toEqual(['sum', 'value', 'max']);
    expect(asked.warnings).toEqual([]);
  });

  test('extremes of CPUs pass over those that have set none', () => {
    const part = { type: MapType.PERCPU_HASH, valueType: 2 };
    const [least] = mapOutputs([object(part)], types, { m: { merge: 'min' } }).outputs;
    expect(values(least, readable([[7, 5, 0, 0, 0, 3, 0]], { cpus: 3, stride: 8 }))).toEqual([[7n, 3n]]);
  });

  test('the last of a whole structure, and the list of what nodes have', () => {
    const map = { valueType: UNION };
    const [last] = mapOutputs([object(map)], types, { m: { merge: 'last' } }).outputs;
    expect(last?.schema).toMatchObject({ name: '@m', kind: 'value', key: ['uint'] });
    expect(values(last, readable([[7, -1]]))).toEqual([
      [7n, { kind: 'record', parts: [4_294_967_295n, -1n], names: ['a', 'b'] }],
    ]);
    const [each] = mapOutputs([object({})], types, { m: { merge: 'list' } }).outputs;
    expect(each?.schema.key).toEqual(['string', 'uint']);
    expect(values(each, readable([[7, -3]]))).toEqual([[expect.any(String), 7n, -3n]]);
  });

  test('an enumeration is shown by its name', () => {
    const [output] = mapOutputs([object({ valueType: COLOR, keyType: COLOR })], types).outputs;
    expect(output?.schema).toMatchObject({ kind: 'value', key: ['string'] });
    expect(values(output, readable([[1, 2]]))).toEqual([
      [
        { kind: 'named', text: '1', number: 1n },
        { kind: 'named', text: 'RED', number: 2n },
      ],
    ]);
  });

  test('variables: those of .bss that are not static, element by element', () => {
    const bss = object({ name: 'x.bss', internal: true, type: MapType.ARRAY, valueSize: 56, valueType: 0 });
    const data = object({ name: 'x.data', internal: true, type: MapType.ARRAY, valueSize: 4 });
    const { outputs } = mapOutputs([bss, data], types);
    expect(outputs.map(({ schema: { name, key } }) => [name, key])).toEqual([
      ['@stats', ['uint']],
      ['@stats.comm', ['uint']],
    ]);
    const map = readable([[0, 9, 9, ...[0, 0, 0, 0, 0, 0], ...[0, 2, 0, 0, 0x61, 0]]]);
    expect(values(outputs[1], map)).toEqual([[1n, 'a']]);
    expect(mapOutputs([data], types, { set: {} }).outputs[0]?.schema.name).toBe('@set');
  });

  test('a key without type information is a number, or bytes', () => {
    expect(mapOutputs([object({ keyType: 0 })], types).outputs[0]?.schema.key).toEqual(['uint']);
    const [output] = mapOutputs([object({ keyType: 0, keySize: 3 })], types).outputs;
    expect(output?.schema.key).toEqual(['array']);
  });

  test('a ring whose records nobody describes is shown as bytes', () => {
    const { records, warnings } = mapOutputs([object({ type: MapType.RINGBUF, valueType: 0 })], types);
    expect(records).toEqual([{ map: 0, name: 'm', buffer: 'ring', fields: null }]);
    expect(warnings[0]?.message).toMatch(/^records of m are shown as bytes: no structure is found for them/);
    const laid = { m: { layout: ['u64 ts', 'char comm[8]', 'u32 list[2]'] } };
    expect(mapOutputs([object({ type: MapType.RINGBUF, valueType: 0 })], types, laid)).toMatchObject({
      warnings: [],
      records: [
        {
          fields: [
            { name: 'ts', size: 8 },
            { name: 'comm', size: 8 },
            { name: 'list', size: 8 },
          ],
        },
      ],
    });
  });

  test.each<[string, Partial<ObjectMap>, RegExp]>([
    ['no type information', { valueType: 0 }, /map m is not part of the results: its value has no type/],
    ['a value that is none', { valueType: 3 }, /its type double is not known/],
    ['a type larger than the value', { valueSize: 2 }, /it is cut off/],
    ['too many elements', { valueType: LONG, valueSize: 20_000 }, /too many elements/],
    ['a name', { name: 'x.y' }, /unusual name/],
  ])('%s: a warning', (_name, part, message) => {
    const { outputs, warnings } = mapOutputs([object(part)], types);
    expect(outputs).toEqual([]);
    expect(warnings).toMatchObject([{ severity: 'warning', message: expect.stringMatching(message) }]);
  });

  test.each([[{ internal: true }], [{ type: 3 }], [{ type: MapType.STACK_TRACE }]])('%j holds no results', (part) => {
    expect(mapOutputs([object(part)], types)).toEqual({ outputs: [], records: [], warnings: [] });
  });
});
