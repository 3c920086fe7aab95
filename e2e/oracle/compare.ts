import type { Answer } from './answer.ts';
import type { OracleCase } from './case-file.ts';
import { normalise } from './normalise.ts';

/**
 * same: stdout, stderr and status. words: only stderr differs. differs: stdout or status. Where one of both exits with an
 * error and the other does not it refuses. meant: not the same, and the case says why that is meant.
 */
export type Verdict = 'same' | 'words' | 'differs' | 'ours refuses' | 'theirs refuses' | 'timeout' | 'meant';

export interface Comparison {
  readonly test: OracleCase;
  readonly verdict: Verdict;
  readonly theirs: Answer;
  readonly ours: Answer;
}

export function compare(test: OracleCase, theirs: Answer, ours: Answer): Comparison {
  const found = verdictOf(test, theirs, ours);
  const verdict = found !== 'same' && test.deviates !== null ? 'meant' : found;
  return { test, verdict, theirs, ours };
}

function verdictOf(test: OracleCase, theirs: Answer, ours: Answer): Verdict {
  const [a, b] = [normalise(theirs, test), normalise(ours, test)];
  if (ours.timedOut && !theirs.timedOut) return 'timeout';
  if (ours.status !== 0 && theirs.status === 0) return 'ours refuses';
  if (ours.status === 0 && theirs.status !== 0) return 'theirs refuses';
  if (a.stdout !== b.stdout || ours.status !== theirs.status) return 'differs';
  return a.stderr === b.stderr ? 'same' : 'words';
}
