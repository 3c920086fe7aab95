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
  'stop-agents',
  'kill-controller',
  'rolling-restart',
  'kill-database',
  'full-disk',
  'partition',
  'reset',
  'stall',
  'full-spool',
  'replay',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultPlan {
  readonly seed: number;
  /** Of the session. */
  readonly durationMs: number;
  readonly intervalMs: number;
  readonly faults: readonly Fault[];
}

/** The run of a seed: the same one every time, from the same kinds of faults. */
export function planFaults(seed: number, kinds: readonly FaultKind[] = faultKinds): FaultPlan {
  const random = seededRandom(seed);
  const durationMs = 2_000 + below(random, 2_000);
  const faults = Array.from({ length: 1 + below(random, 3) }, (): Fault => {
    const kind = kinds[below(random, kinds.length)] ?? 'reset';
    return { atMs: below(random, durationMs), kind, lastsMs: 200 + below(random, 1_500), target: below(random, 1_000) };
  });
  return { seed, durationMs, intervalMs: 200, faults: faults.sort((a, b) => a.atMs - b.atMs) };
}

/** Seeds whose runs have every kind between them: each has two new ones, or the last. */
export function seedsOfAllKinds(kinds: readonly FaultKind[]): number[] {
  const missing = new Set(kinds);
  const seeds: number[] = [];
  for (let seed = 1; missing.size > 0; seed++) {
    const news = new Set(planFaults(seed, kinds).faults.flatMap(({ kind }) => (missing.has(kind) ? [kind] : [])));
    if (news.size < Math.min(2, missing.size)) continue;
    seeds.push(seed);
    for (const kind of news) missing.delete(kind);
  }
  return seeds;
}
