export const overlapPolicies = ['skip', 'queue', 'replace'] as const;
/** What a firing does while the session of an earlier one has not ended. */
export type OverlapPolicy = (typeof overlapPolicies)[number];

/** What there is of a schedule's earlier firings. */
export interface Activity {
  /** A session of it has not ended, or is being started. */
  readonly running: boolean;
  /** A firing waits for that. */
  readonly waiting: boolean;
}

export type OverlapDecision =
  | { readonly state: 'starting' }
  | { readonly state: 'waiting' }
  | { readonly state: 'skipped'; readonly reason: string };

/**
 * Whether a firing starts now. At most one waits: a schedule that is due more often than its sessions end would queue
 * without bound. With `replace` the earlier session is cancelled by whoever starts the later one.
 */
export function decideOverlap(policy: OverlapPolicy, { running, waiting }: Activity): OverlapDecision {
  if (policy === 'replace' || !(running || waiting)) {
    return { state: 'starting' };
  }
  if (policy === 'skip') {
    return { state: 'skipped', reason: 'the session before it had not ended' };
  }
  return waiting ? { state: 'skipped', reason: 'another firing waited already' } : { state: 'waiting' };
}
