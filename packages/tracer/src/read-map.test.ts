import type { MapKind, MapSchema } from '@bpfleet/aggregate';
import { MapType } from '@bpfleet/bpf';
import type { MapOutput, ValueLayout } from '@bpfleet/compiler';
import { describe, expect, test } from 'vitest';
import { type ReadableMap, readMap } from './read-map.ts';

function words(...values: bigint[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt.asUintN(64, value), index * 8);
  return bytes;
}

function keyed(entries: [Buffer, Buffer][], keySize: number, stride: number, cpus: number): ReadableMap {
  const spec = { name: 'm', type: MapType.PERCPU_HASH, keySize, valueSize: stride, maxEntries: 8, flags: 0 };
  return { spec, cpus, stride, entries: () => entries.map(([key, value]) => ({ key, value })), lookup: () => null };
}

function output(kind: MapKind, value: ValueLayout, signed = true): MapOutput {
  const schema: MapSchema = { id: 0, name: '@m', kind, key: ['string', 'int'], signed };
  const key = [
    { data: { kind: 'string', bytes: 8 }, offset: 0, size: 8 },
    { data: { kind: 'integer', bytes: 8, signed: true }, offset: 8, size: 8 },
  ] as const;
  return { schema, map: 'm', perCpu: true, keyless: false, key, value };
}

const key = Buffer.concat([Buffer.from('sh\0junk\0'), words(-3n)]);
const cells = (slots: number, set?: number): ValueLayout => ({
  kind: 'cells',
  offset: set === undefined ? 0 : 8,
  slots,
  ...(set === undefined ? {} : { set }),
});

describe('readMap', () => {
  test.each<[string, MapOutput, bigint[], [number, bigint][]]>([
    ['count sums the CPUs', output('count', cells(1)), [3n, 4n], [[0, 7n]]],
    ['sum may be negative', output('sum', cells(1)), [-9n, 4n], [[0, -5n]]],
    [
      'avg keeps its parts',
      output('avg', cells(2)),
      [2n, 10n, 1n, 5n],
      [
        [0, 3n],
        [1, 15n],
      ],
    ],
    ['hist is sparse', output('hist', cells(3)), [0n, 1n, 0n, 0n, 2n, 0n], [[1, 3n]]],
    ['min of the CPUs that have one', output('min', cells(1, 0)), [1n, 5n, 0n, 0n], [[0, 5n]]],
    ['min is signed', output('min', cells(1, 0)), [1n, 5n, 1n, -2n], [[0, -2n]]],
    ['max may be unsigned', output('max', cells(1, 0), false), [1n, 5n, 1n, -2n], [[0, 2n ** 64n - 2n]]],
    ['max of zero is a value', output('max', cells(1, 0)), [1n, 0n, 0n, 0n], [[0, 0n]]],
  ])('%s', (_name, layout, values, expected) => {
    const stride = (values.length / 2) * 8;
    const state = readMap(layout, keyed([[key, words(...values)]], 16, stride, 2));
    expect([...state.entries.values()]).toEqual([{ key: ['sh', -3n], cells: new Map(expected) }]);
  });

  test('an entry that no CPU has set is not there', () => {
    const state = readMap(output('min', cells(1, 0)), keyed([[key, words(0n, 5n, 0n, 7n)]], 16, 16, 2));
    expect(state.entries.size).toBe(0);
  });

  test('plain values of an array', () => {
    const schema: MapSchema = { id: 0, name: '@x', kind: 'value', key: [], signed: false };
    const field = { data: { kind: 'integer', bytes: 8, signed: false }, offset: 8, size: 8 } as const;
    const layout: MapOutput = {
      schema,
      map: 'x',
      perCpu: false,
      keyless: true,
      key: [],
      value: { kind: 'scalar', field, set: 0 },
    };
    const read = (value: Buffer) => [
      ...readMap(layout, { ...keyed([], 4, 16, 1), lookup: () => value }).entries.values(),
    ];
    expect(read(words(1n, 42n))).toEqual([{ key: [], cells: new Map(), value: 42n }]);
    expect(read(words(0n, 42n))).toEqual([]);
  });
});
