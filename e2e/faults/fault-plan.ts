import { below, seededRandom } from '@bpfleet/testkit/simulator';

/** What goes wrong, and when after the session was made. Numbers choose among agents or controllers. */
export interface Fault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly lastsMs: number;
  readonly target: number;
}

export const faultKinds = [
  'kill-agents',
  'kill-controller',
  'kill-database',
  'partition',
  'reset',
  'stall',
  'full-spool',
  'replay',
] as const;
type FaultKind = (typeof faultKinds)[number];

export interface FaultPlan {
  readonly seed: number;
  /** Of the session. */
  readonly durationMs: number;
  readonly intervalMs: number;
  readonly faults: readonly Fault[];
}

/** The run of a seed: the same one every time. */
export function planFaults(seed: number): FaultPlan {
  const random = seededRandom(seed);
  const durationMs = 2_000 + below(random, 2_000);
  const faults = Array.from({ length: 1 + below(random, 3) }, (): Fault => {
    const kind = faultKinds[below(random, faultKinds.length)] ?? 'reset';
    return { atMs: below(random, durationMs), kind, lastsMs: 200 + below(random, 1_500), target: below(random, 1_000) };
  });
  return { seed, durationMs, intervalMs: 200, faults: faults.sort((a, b) => a.atMs - b.atMs) };
}
