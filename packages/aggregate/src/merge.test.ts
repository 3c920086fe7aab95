import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparable, schemaOf, schemas, stateArbitrary } from './arbitraries.ts';
import { emptyState, keyId } from './key-id.ts';
import type { MapState } from './map-state.ts';
import { mergeState } from './merge.ts';

const merged = (...states: MapState[]): MapState => {
  const into = emptyState((states[0] as MapState).schema);
  for (const state of states) {
    mergeState(into, state);
  }
  return into;
};

const three = schemas.chain((schema) => {
  const state = stateArbitrary(schema);
  return fc.tuple(state, state, state);
});

describe('mergeState', () => {
  test('is associative', () => {
    fc.assert(
      fc.property(three, ([a, b, c]) => {
        expect(comparable(merged(merged(a, b), c))).toEqual(comparable(merged(a, merged(b, c))));
      }),
    );
  });

  test('is commutative, but for plain values', () => {
    fc.assert(
      fc.property(three, ([a, b]) => {
        fc.pre(a.schema.kind !== 'value');
        expect(comparable(merged(a, b))).toEqual(comparable(merged(b, a)));
      }),
    );
  });

  test('leaves what it merges from untouched', () => {
    fc.assert(
      fc.property(three, ([a, b]) => {
        const before = comparable(a);
        const into = merged(a);
        mergeState(into, b);
        expect(comparable(a)).toEqual(before);
      }),
    );
  });

  test.each([
    ['min', true, -1n, 1n, -1n],
    ['min', false, -1n, 1n, 1n],
    ['max', true, -1n, 1n, 1n],
    ['max', false, -1n, 1n, -1n],
    ['sum', true, (1n << 63n) - 1n, 1n, -(1n << 63n)],
    ['count', false, 2n, 3n, 5n],
  ] as const)('%s, signed %s: %s and %s', (kind, signed, a, b, expected) => {
    const schema = { ...schemaOf(kind, signed), key: [] };
    const state = (cell: bigint): MapState => ({
      schema,
      entries: new Map([['', { key: [], cells: new Map([[0, cell]]) }]]),
    });
    expect(merged(state(a), state(b)).entries.get('')?.cells.get(0)).toBe(expected);
  });

  test('the newer plain value wins', () => {
    const schema = { ...schemaOf('value', true), key: [] };
    const state = (value: bigint): MapState => ({
      schema,
      entries: new Map([['', { key: [], cells: new Map(), value }]]),
    });
    expect(merged(state(1n), state(2n)).entries.get('')?.value).toBe(2n);
  });
});

describe('keyId', () => {
  test('differs for different keys', () => {
    const part = fc.oneof(fc.bigInt(), fc.string({ unit: fc.constantFrom('"', ',', '\\', '1', 'n') }));
    const key = fc.array(part, { maxLength: 3 });
    fc.assert(
      fc.property(key, key, (a, b) => {
        const same = a.length === b.length && a.every((value, index) => value === b[index]);
        fc.pre(a.length === b.length);
        expect(keyId(a) === keyId(b)).toBe(same);
      }),
    );
  });

  test('an integer is not the string of its digits', () => {
    expect(keyId([1n])).not.toBe(keyId(['1']));
  });
});
