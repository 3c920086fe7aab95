import type { Outcome } from './outcome.ts';

export function countOutcomes(outcomes: readonly Outcome[]): { passed: number; failed: number; skipped: number } {
  const count = (state: Outcome['state']) => outcomes.filter((each) => each.state === state).length;
  return { passed: count('pass'), failed: count('fail'), skipped: count('skipped') };
}
