import { formatShare } from '@bpfleet/runtime';
import { attachMs, type Rollout } from './rollout.ts';

/** A node that was told to run the session. */
export interface ToldNode {
  readonly name: string;
  /** It has ended, for whatever reason. */
  readonly ended: boolean;
  /** Why it counts as a failure: it could not attach, its guard ended or thinned it, it was lost. */
  readonly failure: string | null;
  /** Milliseconds since the epoch. */
  readonly attachedAt: number | null;
}

export type RolloutVerdict =
  | { readonly kind: 'wait' }
  /** All that were told have measured long enough, or have ended. */
  | { readonly kind: 'advance' }
  | { readonly kind: 'halt'; readonly reason: string };

/** What is next. `toldAt`: when the newest wave was told; times in milliseconds since the epoch. */
export function judgeRollout(
  told: readonly ToldNode[],
  toldAt: number,
  { soakMs, maxFailures }: Rollout,
  now: number,
): RolloutVerdict {
  const late = now >= toldAt + attachMs;
  const failures = told.flatMap(({ name, ended, failure, attachedAt }) => {
    if (failure !== null) return [{ name, failure }];
    return late && !ended && attachedAt === null ? [{ name, failure: 'it did not attach in time' }] : [];
  });
  const [first] = failures;
  if (first !== undefined && failures.length > told.length * maxFailures) {
    const share = maxFailures === 0 ? 'none may fail' : `at most ${formatShare(maxFailures)} may fail`;
    const reason = `${failures.length} of ${told.length} nodes failed and ${share}: ${first.name}: ${first.failure}`;
    return { kind: 'halt', reason };
  }
  const settled = ({ ended, attachedAt }: ToldNode) =>
    ended || (attachedAt === null ? late : now >= attachedAt + soakMs);
  return told.every(settled) ? { kind: 'advance' } : { kind: 'wait' };
}
