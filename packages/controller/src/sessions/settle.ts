import { type LossCounts, lostRecords } from '@bpfleet/aggregate';
import { countSeqs, countWithin, type SeqRanges } from '../results/seq-ranges.ts';

/** The agent's own account of one run, from its manifest. */
export interface ManifestAccount {
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  readonly produced: bigint;
  readonly lost: LossCounts;
  readonly outcome: 'complete' | 'partial' | 'failed' | 'skipped';
  readonly reason: string;
}

/** One start of a session on a node: what is stored of it, and its manifest if it came. */
export interface RunAccount {
  readonly storedSeqs: SeqRanges;
  readonly storedRecords: bigint;
  readonly manifest: ManifestAccount | undefined;
}

export type Verdict =
  | { readonly state: 'complete'; readonly reason: null }
  | { readonly state: 'partial' | 'failed' | 'offline' | 'skipped'; readonly reason: string };

/**
 * What a node's part of a session is worth, from the manifests and what is stored; undefined as long as no manifest
 * came. Complete needs the numbers to balance: every frame stored, and produced = stored + lost, with nothing lost; and
 * a node that was there from the start. `joinedAfterMs`: of one that was not, what it missed.
 */
export function settle(runs: readonly RunAccount[], joinedAfterMs: number | null = null): Verdict | undefined {
  const manifests = runs.flatMap(({ manifest }) => (manifest === undefined ? [] : [manifest]));
  if (manifests.length === 0) {
    return undefined;
  }
  const skipped = manifests.find(({ outcome }) => outcome === 'skipped');
  if (skipped !== undefined && runs.every(({ storedRecords }) => storedRecords === 0n)) {
    return { state: 'skipped', reason: skipped.reason === '' ? 'no variant of the program fits it' : skipped.reason };
  }
  const failed = manifests.find(({ outcome }) => outcome === 'failed');
  if (failed !== undefined && runs.every(({ storedRecords }) => storedRecords === 0n)) {
    return { state: 'failed', reason: failed.reason === '' ? 'the agent gave no reason' : failed.reason };
  }
  const missed = joinedAfterMs === null ? [] : [`it came ${(joinedAfterMs / 1000).toFixed(1)} s after the start`];
  const faults = [...missed, ...runs.flatMap(faultsOf)];
  return faults.length === 0 ? { state: 'complete', reason: null } : { state: 'partial', reason: faults.join('; ') };
}

function faultsOf(run: RunAccount): string[] {
  const { manifest } = run;
  if (manifest === undefined) {
    return [`the agent started again, and no account came of ${windows(countSeqs(run.storedSeqs))} from before`];
  }
  const faults: string[] = [];
  if (manifest.outcome !== 'complete') {
    faults.push(manifest.reason === '' ? 'it was cut short' : manifest.reason);
  }
  const expected = manifest.lastSeq === 0n ? 0n : manifest.lastSeq - manifest.firstSeq + 1n;
  const missing = expected - countWithin(run.storedSeqs, manifest.firstSeq, manifest.lastSeq);
  if (missing > 0n) {
    faults.push(`${missing} of ${windows(expected)} did not arrive`);
  }
  const lost = { ...manifest.lost, evicted: evictedOf(manifest, run.storedRecords) };
  const { kernel, evicted, mapFull, sampledOut } = lost;
  const losses = [
    [kernel, 'in the kernel'],
    [evicted, 'from the full spool'],
    [mapFull, 'because a map was full'],
  ] as const;
  const told = losses.filter(([count]) => count > 0n).map(([count, where]) => `${count} ${where}`);
  if (told.length > 0) {
    faults.push(`records were lost: ${told.join(', ')}`);
  }
  if (missing <= 0n && manifest.produced !== run.storedRecords + lostRecords(lost)) {
    const counted = kernel + evicted + mapFull + sampledOut;
    faults.push(
      `the numbers do not balance: ${manifest.produced} produced, ${run.storedRecords} stored, ${counted} lost`,
    );
  }
  return faults;
}

/**
 * Records that are missing because the spool was full. An agent also counts what it dropped after it had arrived here, when the
 * acknowledgement was lost: that is not missing.
 */
function evictedOf({ produced, lost }: ManifestAccount, stored: bigint): bigint {
  const missing = produced - stored - lost.kernel - lost.sampledOut - lost.mapFull;
  if (missing <= 0n) {
    return 0n;
  }
  if (missing < lost.evicted) {
    return missing;
  }
  return lost.evicted;
}

/** What is known of a node from which no manifest came in time. */
export interface Silence {
  readonly attached: boolean;
  readonly storedFrames: bigint;
  readonly connectionLostAt: Date | null;
  readonly cancelled: boolean;
}

/** The verdict on a node that did not answer until the deadline and the grace after it were over. */
export function settleSilence(silence: Silence): Verdict {
  const lost = silence.connectionLostAt;
  const why = lost === null ? 'no manifest came' : `the connection was lost at ${lost.toISOString()}`;
  if (silence.attached || silence.storedFrames > 0n) {
    return { state: 'partial', reason: `${why}; ${windows(silence.storedFrames)} stored` };
  }
  if (silence.cancelled) {
    return { state: 'skipped', reason: 'cancelled before it was attached' };
  }
  return { state: 'offline', reason: lost === null ? 'it never said that it attached' : why };
}

function windows(count: bigint): string {
  return count === 1n ? '1 window' : `${count} windows`;
}
