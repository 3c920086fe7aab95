/** Sequence numbers as inclusive ranges: ascending, disjoint, not adjacent. Most often one range from 1. */
export type SeqRanges = readonly (readonly [first: bigint, last: bigint])[];

/** PostgreSQL's canonical text of an int8multirange: `{[1,6),[8,9)}`. */
export function parseSeqRanges(text: string): SeqRanges {
  return [...text.matchAll(/\[(-?\d+),(-?\d+)\)/g)].map(([, first, end]) => [
    BigInt(first ?? 0),
    BigInt(end ?? 0) - 1n,
  ]);
}

export function formatSeqRanges(ranges: SeqRanges): string {
  return `{${ranges.map(([first, last]) => `[${first},${last + 1n})`).join(',')}}`;
}

export function includesSeq(ranges: SeqRanges, seq: bigint): boolean {
  return ranges.some(([first, last]) => first <= seq && seq <= last);
}

/** The union of ranges with more ranges, in any order and overlapping. */
export function uniteSeqs(ranges: SeqRanges, more: SeqRanges): SeqRanges {
  const sorted = [...ranges, ...more].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const united: [bigint, bigint][] = [];
  for (const [first, last] of sorted) {
    const previous = united.at(-1);
    if (previous !== undefined && first <= previous[1] + 1n) {
      if (last > previous[1]) {
        previous[1] = last;
      }
    } else {
      united.push([first, last]);
    }
  }
  return united;
}

export function countSeqs(ranges: SeqRanges): bigint {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1n, 0n);
}

/** How many of `first`..`last` are in the ranges. */
export function countWithin(ranges: SeqRanges, first: bigint, last: bigint): bigint {
  const clipped = ranges.map(([from, to]) => [from > first ? from : first, to < last ? to : last] as const);
  return countSeqs(clipped.filter(([from, to]) => from <= to));
}

/** The highest number such that every one from 1 up to it is in the ranges; 0 if 1 is not. */
export function contiguousFromOne(ranges: SeqRanges): bigint {
  const first = ranges[0];
  return first !== undefined && first[0] <= 1n ? first[1] : 0n;
}

export function highestSeq(ranges: SeqRanges): bigint {
  return ranges.at(-1)?.[1] ?? 0n;
}
