/** Of several samples: the median, and the smallest and largest. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

/** @throws Error of no sample */
export function spread(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  const [low, high] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined) throw new Error('nothing was measured');
  return { median: median(sorted), low, high, samples: sorted.length };
}

/** Of sorted numbers. */
function median(sorted: readonly number[]): number {
  const at = (index: number) => sorted[index] ?? 0;
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2;
}

/** The value that `share` of the samples do not exceed: of a hundred, the 99th for 0.99. @throws Error of no sample */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}
