import type { Comparison } from '@bpfleet/aggregate';
import { expect, test } from 'vitest';
import { plain } from '../terminal.ts';
import { renderComparison } from './comparison.ts';

test('histograms show distance and shift with their bounds', () => {
  const moved = { a: 15, b: 31, difference: 16, min: 1, max: null };
  const still = { a: 1, b: 1, difference: 0, min: 0, max: 0 };
  const comparison: Comparison = {
    maps: [
      {
        name: '@us',
        kind: 'hist',
        key: ['string'],
        changed: 2,
        entries: [
          {
            key: ['dd'],
            a: 2,
            b: 4000,
            difference: 3998,
            ratio: 2000,
            distance: 6.25,
            distanceError: 5.5,
            shift: { p50: still, p90: moved, p99: moved },
          },
          { key: ['\u001b'], a: 0, b: 1, difference: 1, ratio: null, distance: null, distanceError: null, shift: null },
        ],
      },
    ],
    notCompared: [{ name: '@\u001b', reason: 'only a has it' }],
  };
  expect(renderComparison(comparison, { paint: plain, width: undefined, top: 0 })).toBe(`@us (hist): 2 keys, 2 differ
KEY   COUNT A  COUNT B   DISTANCE                P50                      P90                      P99
dd          2    4,000  6.25 ±5.5  1 → 1, 0 (0 to 0)  15 → 31, +16 (1 to ...)  15 → 31, +16 (1 to ...)
\\x1b        0        1          -                  -                        -                        -

@\\x1b: not compared, only a has it
`);
});

test('averages, what has no number, and what is left out', () => {
  const entry = (key: string, a: number | string | null, b: number | string | null, difference: number | null) => ({
    key: [key],
    a,
    b,
    difference,
    ratio: null,
  });
  const comparison: Comparison = {
    maps: [
      {
        name: '@v',
        kind: 'avg',
        key: ['string'],
        changed: 2,
        entries: [entry('x', 1, 1, 0), entry('y', 2.5, 1234.75, 1232.25), entry('z', null, 'on', null)],
      },
    ],
    notCompared: [],
  };
  expect(renderComparison(comparison, { paint: plain, width: undefined, top: 2 })).toBe(`@v (avg): 3 keys, 2 differ
... 1 key left out, with less difference; --top 0 shows all
KEY    A      B  DIFFERENCE  RATIO
y    2.5  1,235      +1,232      -
z      -     on           -      -

`);
});
