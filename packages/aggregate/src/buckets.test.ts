import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { schemaOf } from './arbitraries.ts';
import { bucketBounds, bucketsOf, histSlot, lhistSlot, slotCount } from './buckets.ts';
import { quantile } from './quantile.ts';
import type { MapSchema } from './schema.ts';

const hist = (histBits: number): MapSchema => ({ ...schemaOf('hist', false), histBits });
const lhist = (min: bigint, max: bigint, step: bigint): MapSchema => ({
  ...schemaOf('lhist', true),
  lhist: { min, max, step },
});

/** Walks all buckets in order: each begins right after the one before, so every value is in exactly one. */
function expectSeamless(schema: MapSchema): void {
  const count = slotCount(schema);
  expect(bucketBounds(schema, 0).min).toBe(null);
  for (let slot = 1; slot < count; slot += 1) {
    const before = bucketBounds(schema, slot - 1);
    const { min, max } = bucketBounds(schema, slot);
    expect(min).toBe((before.max as bigint) + 1n);
    expect(max === null ? slot : max >= (min as bigint)).toBe(max === null ? count - 1 : true);
  }
}

describe('hist', () => {
  test.each([0, 1, 2, 3, 4, 5])('%i bits: the buckets cover every 64-bit value once', (bits) => {
    expectSeamless(hist(bits));
    expect(bucketBounds(hist(bits), slotCount(hist(bits)) - 1).max).toBe((1n << 64n) - 1n);
  });

  test('a value lies within the bounds of its slot', () => {
    const value = fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), value, (bits, v) => {
        const { min, max } = bucketBounds(hist(bits), histSlot(v, bits));
        expect((min === null || min <= v) && (max === null || v <= max)).toBe(true);
      }),
    );
  });

  test.each([
    [-1n, 0, 0],
    [0n, 0, 1],
    [1n, 0, 2],
    [2n, 0, 3],
    [3n, 0, 3],
    [4n, 0, 4],
    [7n, 2, 8],
    [8n, 2, 9],
    [9n, 2, 9],
    [10n, 2, 10],
  ])('%s with %i bits is in slot %i', (value, bits, slot) => {
    expect(histSlot(value, bits)).toBe(slot);
  });
});

describe('lhist', () => {
  test.each([
    [0n, 10n, 1n],
    [-100n, 100n, 7n],
    [0n, 95n, 10n],
  ])('from %s to %s by %s: the buckets cover every value once', (min, max, step) => {
    expectSeamless(lhist(min, max, step));
  });

  test('a value lies within the bounds of its slot', () => {
    const schema = lhist(-10n, 95n, 10n);
    fc.assert(
      fc.property(fc.bigInt({ min: -200n, max: 200n }), (v) => {
        const { min, max } = bucketBounds(schema, lhistSlot(v, schema.lhist as NonNullable<MapSchema['lhist']>));
        expect((min === null || min <= v) && (max === null || v <= max)).toBe(true);
      }),
    );
  });
});

describe('bucketsOf', () => {
  test('ascends and leaves empty buckets out', () => {
    const cells = new Map([
      [5, 1n],
      [2, 0n],
      [0, 3n],
    ]);
    expect(bucketsOf(hist(0), cells)).toEqual([
      { min: null, max: -1n, count: 3n },
      { min: 8n, max: 15n, count: 1n },
    ]);
  });
});

describe('quantile', () => {
  test('lies in the bucket of the nearest-rank value', () => {
    const values = fc.array(fc.bigInt({ min: 0n, max: 1n << 50n }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(values, fc.constantFrom(0.5, 0.9, 0.99, 1), (sample, q) => {
        const cells = new Map<number, bigint>();
        for (const value of sample) {
          const slot = histSlot(value, 3);
          cells.set(slot, (cells.get(slot) ?? 0n) + 1n);
        }
        const exact = [...sample].sort((a, b) => (a < b ? -1 : 1))[Math.ceil(sample.length * q) - 1] as bigint;
        const estimate = quantile(bucketsOf(hist(3), cells), q) as number;
        expect(histSlot(BigInt(estimate), 3)).toBe(histSlot(exact, 3));
      }),
    );
  });

  test.each([
    ['no values', [], 0.5, null],
    ['one value', [{ min: 1n, max: 1n, count: 9n }], 0.99, 1],
    ['only negative ones', [{ min: null, max: -1n, count: 9n }], 0.5, -1],
    ['only overflow', [{ min: 100n, max: null, count: 9n }], 0.5, 100],
    ['spread evenly', [{ min: 0n, max: 9n, count: 10n }], 0.5, 5],
  ])('of %s', (_, buckets, q, expected) => {
    expect(quantile(buckets, q)).toBe(expected);
  });
});
