import { addLoss, type LossCounts, type MapSchema } from '@bpfleet/aggregate';
import { dependsOnOrder, withRollup } from './rollup.ts';
import type { CheckedFrame, RunInput, RunKey } from './run.ts';
import { contiguousFromOne, highestSeq, includesSeq, type SeqRanges, uniteSeqs } from './seq-ranges.ts';

/** Bounds on what one run may make the controller keep in one row. */
const maxEntries = 250_000;
const maxRanges = 1_000;

/** A rollup too large to be read and written with each batch of frames; it stays in its row, and frames wait beside it. */
interface LargeRollup {
  readonly bytes: number;
}

/** What is stored about a run. */
export interface RunProgress {
  readonly key: RunKey;
  readonly storedSeqs: SeqRanges;
  readonly refusedSeqs: SeqRanges;
  readonly records: bigint;
  readonly lost: LossCounts;
  /** Of the rollup: those of waiting frames are counted when they are rolled up. */
  readonly entries: number;
  /** null: nothing is rolled up yet. */
  readonly rollup: Uint8Array | LargeRollup | null;
  /** Stored frames that wait beside a large rollup, and their payloads' bytes. */
  readonly waitingSeqs: SeqRanges;
  readonly waitingBytes: number;
}

/** Of a run whose rollup has all stored frames. */
export const nothingWaits = { waitingSeqs: [], waitingBytes: 0 } as const;

/** Which stored frames are to be read and rolled up: all of them anew, those that wait, or none. */
export type Rolling = 'all' | 'waiting' | 'none';

export interface RunStep {
  readonly next: RunProgress;
  /** Frames not seen before, ascending. */
  readonly fresh: readonly CheckedFrame[];
  readonly duplicates: number;
  readonly refused: readonly { readonly seq: bigint; readonly reason: string }[];
  readonly rolling: Rolling;
}

/**
 * The next state of a run after more frames of it. Law: a frame counts once, however often it comes. Beside a large rollup frames wait until
 * they are as large together, so that storing a run costs in proportion to it, not to its square.
 */
export function advanceRun(run: RunProgress, input: RunInput): RunStep {
  const news = new Map<bigint, CheckedFrame>();
  for (const frame of input.frames) {
    if (!includesSeq(run.storedSeqs, frame.seq)) {
      news.set(frame.seq, frame);
    }
  }
  const candidates = [...news.values()].sort((a, b) => (a.seq < b.seq ? -1 : 1));
  const storedSeqs = unite(run.storedSeqs, seqsOf(candidates));
  const reason = refusal(run, storedSeqs);
  const fresh = reason === undefined ? candidates : [];
  const overflow = reason === undefined ? [] : candidates.map(({ seq }) => ({ seq, reason }));
  const next = {
    ...run,
    storedSeqs: reason === undefined ? storedSeqs : run.storedSeqs,
    refusedSeqs: bounded(run.refusedSeqs, [...input.refused, ...overflow.map(({ seq }) => seq)]),
    records: fresh.reduce((sum, { records }) => sum + BigInt(records), run.records),
    lost: fresh.reduce((sum, { lost }) => addLoss(sum, lost), run.lost),
  };
  const duplicates = input.frames.length - candidates.length;
  const step = { fresh, duplicates, refused: overflow };
  if (fresh.length === 0) {
    return { ...step, next, rolling: 'none' };
  }
  const { schemas } = input;
  if (schemas === null || mustRebuild(run, fresh, schemas)) {
    return { ...step, next: { ...next, rollup: null, ...nothingWaits }, rolling: schemas === null ? 'none' : 'all' };
  }
  if (run.rollup !== null && !(run.rollup instanceof Uint8Array)) {
    const waitingSeqs = unite(run.waitingSeqs, seqsOf(fresh));
    const waitingBytes = run.waitingBytes + fresh.reduce((sum, { payload }) => sum + payload.length, 0);
    const rolling = waitingBytes < run.rollup.bytes ? 'none' : 'waiting';
    return { ...step, next: { ...next, waitingSeqs, waitingBytes }, rolling };
  }
  const { rollup: before } = run;
  const rolled = withRollup(schemas, (rollup) => {
    if (before !== null) {
      rollup.fold(before);
    }
    for (const { maps } of fresh) {
      rollup.fold(maps);
    }
    return { rollup: rollup.encode(), entries: rollup.countEntries() };
  });
  return { ...step, next: { ...next, ...rolled }, rolling: 'none' };
}

/** Everything up to here is stored or refused. An agent sends an empty frame in place of one that it had to drop. */
export function settledSeq(run: RunProgress): bigint {
  return contiguousFromOne(uniteSeqs(run.storedSeqs, run.refusedSeqs));
}

function mustRebuild(run: RunProgress, fresh: readonly CheckedFrame[], schemas: readonly MapSchema[]): boolean {
  const unrolled = run.rollup === null && run.storedSeqs.length > 0;
  const late = (fresh[0]?.seq ?? 0n) < highestSeq(run.storedSeqs);
  return unrolled || (late && dependsOnOrder(schemas));
}

function refusal(run: RunProgress, storedSeqs: SeqRanges): string | undefined {
  if (run.entries >= maxEntries) {
    return `the session already has ${run.entries} map entries on this node, the limit is ${maxEntries}`;
  }
  return storedSeqs.length > maxRanges ? `more than ${maxRanges} gaps in the sequence` : undefined;
}

function seqsOf(frames: readonly CheckedFrame[]): bigint[] {
  return frames.map(({ seq }) => seq);
}

function unite(ranges: SeqRanges, seqs: readonly bigint[]): SeqRanges {
  return uniteSeqs(
    ranges,
    seqs.map((seq) => [seq, seq] as const),
  );
}

/** Refused numbers are made up as easily as sent: beyond the bound none is remembered, and acknowledgements stop. */
function bounded(ranges: SeqRanges, seqs: readonly bigint[]): SeqRanges {
  const united = unite(ranges, seqs);
  return united.length > maxRanges ? ranges : united;
}
