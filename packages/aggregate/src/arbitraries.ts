import * as fc from 'fast-check';
import { slotCount } from './buckets.ts';
import { keyId } from './key-id.ts';
import type { Entry, MapState } from './map-state.ts';
import { isAdditive } from './merge.ts';
import type { MapKind, MapSchema } from './schema.ts';
import { CELLS_PER_INTERVAL } from './tseries.ts';

const kinds: MapKind[] = ['count', 'sum', 'min', 'max', 'avg', 'stats', 'hist', 'lhist', 'tseries', 'value'];

export const schemaOf = (kind: MapKind, signed: boolean): MapSchema => ({
  id: 3,
  name: '@m',
  kind,
  key: ['string', 'int'],
  signed,
  ...(kind === 'hist' ? { histBits: 2 } : {}),
  ...(kind === 'lhist' ? { lhist: { min: -10n, max: 95n, step: 10n } } : {}),
  ...(kind === 'tseries' ? { tseries: { interval: 1_000n, buckets: 4, aggregate: 'sum' } } : {}),
});

export const schemas: fc.Arbitrary<MapSchema> = fc
  .tuple(fc.constantFrom(...kinds), fc.boolean(), fc.constantFrom([], ['comm', 'pid'], ['', 'pid']))
  .map(([kind, signed, names]) => ({ ...schemaOf(kind, signed), ...(names.length > 0 && { keyNames: names }) }));

/** A state as a node reads it: no cell is zero and no entry is empty, for those are not told from absent ones. */
export function stateArbitrary(schema: MapSchema): fc.Arbitrary<MapState> {
  const cell = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }).filter((value) => value !== 0n);
  const slots = Math.max(1, slotCount(schema));
  const additive = isAdditive(schema.kind);
  const cells =
    schema.kind === 'value'
      ? fc.constant([] as [number, bigint][])
      : additive
        ? fc.uniqueArray(fc.tuple(fc.nat(slots - 1), cell), { minLength: 1, maxLength: 6, selector: ([slot]) => slot })
        : schema.kind === 'tseries'
          ? ring(slots / CELLS_PER_INTERVAL, cell)
          : fc.tuple(fc.constant(0), cell).map((pair) => [pair]);
  const value = fc.oneof(fc.bigInt({ min: 0n, max: 9n }), fc.string({ maxLength: 4 }));
  const entry = fc
    .tuple(fc.constantFrom('', 'a', 'b,1', '"'), fc.bigInt({ min: -2n, max: 2n }), cells, value)
    .map(([text, number, pairs, scalar]): Entry => {
      const made: Entry = { key: [text, number], cells: new Map(pairs as [number, bigint][]) };
      return schema.kind === 'value' ? { ...made, value: scalar } : made;
    });
  return fc
    .array(entry, { maxLength: 8 })
    .map((entries) => ({ schema, entries: new Map(entries.map((one) => [keyId(one.key), one])) }));
}

/** One interval or more, each at its place. */
function ring(length: number, cell: fc.Arbitrary<bigint>): fc.Arbitrary<[number, bigint][]> {
  const interval = fc.tuple(
    fc.nat(length - 1),
    fc.bigInt({ min: 1n, max: 3n }),
    cell,
    fc.bigInt({ min: 1n, max: 99n }),
  );
  return fc.uniqueArray(interval, { minLength: 1, maxLength: length, selector: ([place]) => place }).map((intervals) =>
    intervals.flatMap(([place, turn, value, newest]): [number, bigint][] => [
      [place * CELLS_PER_INTERVAL, turn * BigInt(length) + BigInt(place)],
      [place * CELLS_PER_INTERVAL + 1, value],
      [place * CELLS_PER_INTERVAL + 2, newest],
    ]),
  );
}

/** What can be compared: maps have an order that means nothing. */
export function comparable(state: MapState): unknown {
  return [...state.entries]
    .map(([id, entry]) => [id, entry.key, [...entry.cells].sort(([a], [b]) => a - b), entry.value])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
