import type { Outcome } from './outcome.ts';

/** A failure for each case that every node has skipped: what runs nowhere is proved nowhere. */
export function neverRun(outcomes: readonly Outcome[]): Outcome[] {
  return [...Map.groupBy(outcomes, ({ name }) => name)]
    .filter(([, group]) => group.every(({ state }) => state === 'skipped'))
    .map(([name]) => ({
      node: 'fleet',
      name,
      state: 'fail',
      reason: 'every node skips it: nothing runs it',
      seconds: 0,
    }));
}
