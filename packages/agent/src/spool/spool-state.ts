import type { Hole, RunId, SpoolEntry, SpoolLoss } from './entry.ts';

/** Where a frame lies. */
export interface FrameRef {
  readonly seq: bigint;
  readonly records: number;
  readonly total: bigint;
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

/** What the spool knows of one run. Law: every seq of acked+1 .. last is in `frames` or in a hole, once. */
export interface RunState extends RunId {
  at: number;
  durationMs: number;
  until: number;
  acked: bigint;
  /** Records up to and including `acked`, where that is known. */
  ackedTotal: bigint | null;
  last: bigint;
  /** Records in all frames cut so far. */
  total: bigint;
  /** Records of frames that are not delivered any more. */
  evicted: bigint;
  lost: SpoolLoss;
  skeleton: Uint8Array;
  manifest: Uint8Array | null;
  /** Ascending by seq, not acknowledged. */
  frames: FrameRef[];
  /** Ascending, disjoint, not acknowledged. */
  holes: Hole[];
}

export type SpoolState = Map<string, RunState>;

export const runKey = (id: RunId): string => `${id.session}/${id.epoch}`;
const noSpoolLoss: SpoolLoss = { kernel: 0n, sampledOut: 0n, truncated: 0n, mapFull: 0n, readFailed: 0n };

const emptyRun = (id: RunId): RunState => ({
  session: id.session,
  epoch: id.epoch,
  at: 0,
  durationMs: 0,
  until: 0,
  acked: 0n,
  ackedTotal: 0n,
  last: 0n,
  total: 0n,
  evicted: 0n,
  lost: noSpoolLoss,
  skeleton: new Uint8Array(),
  manifest: null,
  frames: [],
  holes: [],
});

/** Applies one entry, in place. `where` is needed for frames only. */
export function applyEntry(
  state: SpoolState,
  entry: SpoolEntry,
  where?: Omit<FrameRef, 'seq' | 'records' | 'total'>,
): void {
  if (entry.kind === 'opened') {
    const runs = new Set(entry.runs);
    for (const known of state.keys()) if (!runs.has(known)) state.delete(known);
    return;
  }
  const key = runKey(entry);
  if (entry.kind === 'closed') {
    state.delete(key);
    return;
  }
  // A damaged spool may have lost the entry that opened the run; its frames still count.
  const run = state.get(key) ?? emptyRun(entry);
  state.set(key, run);
  switch (entry.kind) {
    case 'started':
      run.at = entry.at;
      run.durationMs = entry.durationMs;
      run.until = Math.max(run.until, entry.at);
      run.skeleton = entry.skeleton;
      return;
    case 'frame':
      run.until = Math.max(run.until, entry.until);
      if (entry.seq <= run.last) return;
      run.last = entry.seq;
      run.total = entry.total;
      run.lost = sumLoss(run.lost, entry.lost);
      if (where) run.frames.push({ seq: entry.seq, records: entry.records, total: entry.total, ...where });
      return;
    case 'mark':
      run.until = Math.max(run.until, entry.until);
      return;
    case 'ack':
      acknowledge(run, entry.seq, entry.total);
      return;
    case 'drop':
      run.evicted += entry.records;
      run.last = maxOf(run.last, entry.last);
      run.frames = run.frames.filter((frame) => frame.seq < entry.first || frame.seq > entry.last);
      addHole(run, entry);
      return;
    case 'manifest':
      run.manifest = entry.manifest;
      return;
    case 'checkpoint':
      run.at = entry.at;
      run.durationMs = entry.durationMs;
      run.until = entry.until;
      run.last = entry.last;
      run.total = entry.total;
      run.evicted = entry.evicted;
      run.lost = entry.lost;
      run.skeleton = entry.skeleton;
      run.manifest = entry.manifest;
      run.holes = [...entry.holes];
      // A frame behind it was never confirmed: its sync failed, and it was written again after this or not at all.
      run.frames = run.frames.filter(({ seq }) => seq <= entry.last && !entry.holes.some((hole) => covers(hole, seq)));
      acknowledge(run, entry.acked, entry.ackedTotal);
      run.ackedTotal = entry.ackedTotal;
      return;
  }
}

export function checkpointOf(run: RunState): SpoolEntry {
  const { frames: _, ...known } = run;
  return { kind: 'checkpoint', ...known };
}

/**
 * Seqs that should be there and are not, after a damaged spool was read: holes, with the records they held where the
 * running total of the next frame tells.
 */
export function missingFrames(run: RunState): Hole[] {
  const present = [
    ...run.frames.map((frame) => ({
      first: frame.seq,
      last: frame.seq,
      before: frame.total - BigInt(frame.records),
      after: frame.total,
      records: 0n,
    })),
    ...run.holes.map((hole) => ({
      first: hole.first,
      last: hole.last,
      before: null,
      after: null,
      records: hole.records,
    })),
  ].sort((a, b) => (a.first < b.first ? -1 : 1));
  const missing: Hole[] = [];
  let expected = run.acked + 1n;
  let known = run.ackedTotal;
  const end = { first: run.last + 1n, last: run.last, before: run.total, after: null, records: 0n };
  for (const each of [...present, end]) {
    if (each.first > expected) {
      const records = known !== null && each.before !== null && each.before > known ? each.before - known : 0n;
      missing.push({ first: expected, last: each.first - 1n, records });
    }
    const contiguous: bigint | null = each.first === expected ? known : null;
    expected = each.last + 1n;
    known = each.after ?? (contiguous === null ? null : contiguous + each.records);
  }
  return missing;
}

function acknowledge(run: RunState, seq: bigint, total: bigint | null): void {
  if (seq <= run.acked) return;
  run.acked = seq > run.last ? run.last : seq;
  run.ackedTotal = total;
  const firstKept = run.frames.findIndex((frame) => frame.seq > run.acked);
  run.frames = firstKept < 0 ? [] : run.frames.slice(firstKept);
  run.holes = run.holes
    .filter((hole) => hole.last > run.acked)
    // The records of a hole travel with its first seq.
    .map((hole) => (hole.first > run.acked ? hole : { first: run.acked + 1n, last: hole.last, records: 0n }));
}

/** Records of the frames up to and including `seq`, where that can be told. */
export function totalAt(run: RunState, seq: bigint): bigint | null {
  if (seq >= run.last) return run.total;
  let total = run.ackedTotal;
  let next = run.acked + 1n;
  const parts = [
    ...run.frames.map((frame) => ({
      first: frame.seq,
      last: frame.seq,
      records: BigInt(frame.records),
      total: frame.total,
    })),
    ...run.holes.map((hole) => ({ ...hole, total: null })),
  ].sort((a, b) => (a.first < b.first ? -1 : 1));
  for (const part of parts) {
    if (part.first > seq)
      return part.first === seq + 1n && part.total !== null ? part.total - part.records : next > seq ? total : null;
    // The records of a hole travel with its first seq.
    total = part.total ?? (part.first === next && total !== null ? total + part.records : null);
    next = part.last + 1n;
  }
  return next > seq ? total : null;
}

function addHole(run: RunState, hole: Hole): void {
  const { first, last, records } = hole;
  if (last <= run.acked) return;
  run.holes.push({ first: first > run.acked ? first : run.acked + 1n, last, records });
  run.holes.sort((a, b) => (a.first < b.first ? -1 : 1));
}

const covers = (hole: Hole, seq: bigint): boolean => seq >= hole.first && seq <= hole.last;
const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const sumLoss = (a: SpoolLoss, b: SpoolLoss): SpoolLoss => ({
  kernel: a.kernel + b.kernel,
  sampledOut: a.sampledOut + b.sampledOut,
  truncated: a.truncated + b.truncated,
  mapFull: a.mapFull + b.mapFull,
  readFailed: (a.readFailed ?? 0n) + (b.readFailed ?? 0n),
});
