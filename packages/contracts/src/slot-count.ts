import type { MapSchema } from '@bpfleet/aggregate';

/** How many slots the cells of a map's entry may have: the law of `aggregate`, which this package only sees the types of. */
export function slotCount({ kind, histBits = 0, lhist }: MapSchema): number {
  switch (kind) {
    case 'count':
    case 'sum':
    case 'min':
    case 'max':
      return 1;
    case 'avg':
    case 'stats':
      return 2;
    case 'hist':
      // Negative, single values below 2^bits, then 2^bits for each power up to 2^63.
      return ((65 - histBits) << histBits) + 1;
    case 'lhist':
      return lhist === undefined ? 0 : Number((lhist.max - lhist.min) / lhist.step) + 2;
    case 'value':
      return 0;
  }
}

/** Kinds that hold the value so far, which a delta replaces; the others add. */
export function holdsLatest({ kind }: MapSchema): boolean {
  return kind === 'min' || kind === 'max' || kind === 'value';
}
