import { AgentError, causeOf } from '../agent-error.ts';
import type { SpoolDisk } from './disk.ts';
import { decodeEntry, encodeEntry, type RunId, type SpoolEntry, type SpoolLoss } from './entry.ts';
import { encodeRecord, recordAt, recordHeaderBytes, scanRecords } from './record-codec.ts';
import { type ExistingSegment, SegmentLog, type SegmentLogLimits } from './segment-log.ts';
import {
  applyEntry,
  checkpointOf,
  type FrameRef,
  missingFrames,
  type RunState,
  runKey,
  type SpoolState,
  totalAt,
} from './spool-state.ts';

/** A frame as the spool takes it. */
export interface SpooledFrame {
  readonly seq: bigint;
  readonly records: number;
  readonly lost: SpoolLoss;
  readonly until: number;
  /** The Frame message, serialised. */
  readonly bytes: Uint8Array;
}

/** What was found when the spool was opened. */
export interface SpoolDamage {
  /** Bytes that belong to no whole record. */
  readonly bytes: number;
  /** Frames that are known to be missing because of it. */
  readonly frames: bigint;
}

export interface SpoolLimits {
  readonly maxBytes: number;
}

const segmentBytes = 4 * 1024 * 1024;
const frameCostBytes = 1024;
/** Frames are counted once in so many. */
const countEvery = 1_000;

/**
 * Everything that the controller has not acknowledged yet, on disk. Calls run one after another. After `append` has
 * returned, a frame is either durable or counted as evicted.
 */
export class Spool {
  readonly #disk: SpoolDisk;
  readonly #log: SegmentLog;
  readonly #state: SpoolState;
  readonly #maxFrames: number;
  /** Known in memory, and written along with the next write: a crash before that costs nothing, see missingFrames. */
  #pending: SpoolEntry[] = [];
  /** Of holes that the controller refused as well, by run. */
  readonly #refused = new Map<string, Set<bigint>>();
  #sweptFor: number | null = null;
  #uncounted = 0;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(
    disk: SpoolDisk,
    limits: SegmentLogLimits,
    state: SpoolState,
    existing: ReadonlyMap<number, ExistingSegment>,
  ) {
    this.#disk = disk;
    this.#state = state;
    this.#maxFrames = Math.max(countEvery, Math.floor(limits.maxBytes / frameCostBytes));
    this.#log = new SegmentLog(
      disk,
      limits,
      {
        checkpoint: () => {
          this.#pending = [];
          return encodeAll([{ kind: 'opened', runs: [...state.keys()] }, ...[...state.values()].map(checkpointOf)]);
        },
        unwritten: () => {
          const entries = this.#pending;
          if (entries.length === 0) return null;
          const written = () => {
            this.#pending = this.#pending.filter((entry) => !entries.includes(entry));
          };
          return { bytes: encodeAll(entries), written };
        },
        evicting: (segment) => {
          for (const run of state.values())
            this.#dropAll(
              run,
              run.frames.filter((frame) => frame.segment === segment),
            );
        },
      },
      existing,
    );
  }

  /** Reads what an earlier process left, whatever state it is in. Fails only if the folder cannot be read. */
  static async open(disk: SpoolDisk, limits: SpoolLimits): Promise<{ spool: Spool; damage: SpoolDamage }> {
    const state: SpoolState = new Map();
    const existing = new Map<number, ExistingSegment>();
    let damaged = 0;
    for (const segment of await disk.list()) {
      // A process that was killed may not have synced it, and from here on others rely on what it says.
      await disk.sync(segment).catch(() => undefined);
      const content = await disk.read(segment);
      const scan = scanRecords(content);
      damaged += scan.damagedBytes;
      const missing = new Set<string>(['']);
      for (const { offset, length, body } of scan.records) {
        const entry = decodeEntry(body);
        if (entry) {
          applyEntry(state, entry, { segment, offset, length });
          if (entry.kind === 'checkpoint') missing.delete(runKey(entry));
          if (entry.kind === 'opened') for (const run of ['', ...entry.runs]) missing.add(run);
          if (entry.kind === 'opened') missing.delete('');
        } else damaged += length;
      }
      existing.set(segment, { bytes: content.length, whole: missing.size === 0 });
    }
    const log = { maxBytes: limits.maxBytes, segmentBytes: Math.min(segmentBytes, Math.floor(limits.maxBytes / 4)) };
    const spool = new Spool(disk, log, state, existing);
    let frames = 0n;
    for (const run of state.values()) {
      for (const hole of missingFrames(run)) {
        spool.#drop(run, hole.first, hole.last, hole.records);
        frames += hole.last - hole.first + 1n;
      }
    }
    return { spool, damage: { bytes: damaged, frames } };
  }

  /** Runs that are not over: measuring, or not yet delivered. Not to be changed by the caller. */
  runs(): Iterable<Readonly<RunState>> {
    return this.#state.values();
  }

  run(id: RunId): Readonly<RunState> | undefined {
    return this.#state.get(runKey(id));
  }

  get bytes(): number {
    return this.#log.bytes;
  }

  /** Writes and syncs that failed. */
  get diskFailures(): number {
    return this.#log.failures;
  }

  /** Journals, durably, that this run is about to be attached. Throws AgentError `spool_unwritable`. */
  start(id: RunId, run: { at: number; durationMs: number; skeleton: Uint8Array }): Promise<void> {
    return this.#serially(async () => {
      const failure = await this.#commit([{ kind: 'started', ...idOf(id), ...run }], true);
      if (!failure) return;
      throw new AgentError(
        'spool_unwritable',
        `the spool cannot be written, so nothing was attached: ${causeOf(failure)}`,
        {
          cause: failure,
        },
      );
    });
  }

  /** Frames in order. Those that the disk does not take are counted as evicted. */
  append(id: RunId, frames: readonly SpooledFrame[]): Promise<void> {
    return this.#serially(async () => {
      let total = this.#state.get(runKey(id))?.total ?? 0n;
      const entries = frames.map(({ seq, records, lost, until, bytes }): SpoolEntry => {
        total += BigInt(records);
        return { kind: 'frame', ...idOf(id), seq, records, total, lost, until, frame: bytes };
      });
      if (!(await this.#commit(entries, true))) return this.#boundFrames(frames.length);
      for (const entry of entries) applyEntry(this.#state, entry);
      const run = this.#state.get(runKey(id));
      const records = frames.reduce((sum, frame) => sum + BigInt(frame.records), 0n);
      const [first, last] = [frames[0], frames.at(-1)];
      if (run && first && last) this.#drop(run, first.seq, last.seq, records);
    });
  }

  /** A window without records ended: how far was measured. Not synced. */
  mark(id: RunId, until: number): Promise<void> {
    return this.#serially(async () => void (await this.#commit([{ kind: 'mark', ...idOf(id), until }], false)));
  }

  /** Everything up to and including `seq` is committed by the controller. */
  ack(id: RunId, seq: bigint): Promise<void> {
    return this.#serially(async () => {
      const run = this.#state.get(runKey(id));
      if (!run || seq <= run.acked) return;
      this.#acknowledge(run, seq);
      this.#settleRefused(run);
      await this.#sweep();
    });
  }

  /** The controller will never take this frame: it becomes a hole, and a hole that is refused as well is given up. */
  refuse(id: RunId, seq: bigint): Promise<void> {
    return this.#serially(async () => {
      const run = this.#state.get(runKey(id));
      if (!run || seq <= run.acked || seq > run.last) return;
      const frame = run.frames.find((each) => each.seq === seq);
      if (frame) this.#drop(run, seq, seq, BigInt(frame.records));
      else {
        const refused = this.#refused.get(runKey(id)) ?? new Set();
        this.#refused.set(runKey(id), refused.add(seq));
        this.#settleRefused(run);
      }
      await this.#sweep();
    });
  }

  /** The run has ended. The manifest is kept, durably if the disk allows, until `close`. */
  finish(id: RunId, manifest: Uint8Array): Promise<void> {
    return this.#serially(async () => {
      const entry: SpoolEntry = { kind: 'manifest', ...idOf(id), manifest };
      if (await this.#commit([entry], true)) applyEntry(this.#state, entry);
    });
  }

  /** The manifest is acknowledged: nothing of the run is kept. */
  close(id: RunId): Promise<void> {
    return this.#serially(async () => {
      if (!this.#state.has(runKey(id))) return;
      this.#refused.delete(runKey(id));
      const closed: SpoolEntry = { kind: 'closed', ...idOf(id) };
      applyEntry(this.#state, closed);
      if (await this.#commit([closed], false)) await this.#closeUnwritten(closed);
      await this.#sweep();
    });
  }

  /** The Frame message of `seq`, or null if it is gone; one found damaged becomes a hole. */
  readFrame(id: RunId, seq: bigint): Promise<Uint8Array | null> {
    return this.#serially(async () => {
      const run = this.#state.get(runKey(id));
      const frame = run?.frames.find((each) => each.seq === seq);
      if (!run || !frame) return null;
      const bytes = await this.#disk.readAt(frame.segment, frame.offset, frame.length).catch(() => new Uint8Array());
      const body = recordAt(bytes, 0);
      const entry = body && decodeEntry(body);
      if (entry?.kind === 'frame' && entry.seq === seq && runKey(entry) === runKey(id)) return entry.frame;
      this.#drop(run, seq, seq, BigInt(frame.records));
      return null;
    });
  }

  /** Waits for what was asked so far, then closes the files. */
  shut(): Promise<void> {
    return this.#serially(async () => {
      if (this.#pending.length > 0) await this.#commit([], true);
      await this.#disk.close();
    });
  }

  /**
   * The disk does not take that a run is closed. Law: the next process does not find it open; it would tell the controller that the
   * run was cut short.
   */
  async #closeUnwritten(closed: SpoolEntry): Promise<void> {
    if (this.#state.size > 0) {
      this.#pending.push(closed);
      return;
    }
    this.#pending = [];
    await this.#log.clear();
  }

  /** Each frame also takes memory here, so it counts as a kibibyte at least. */
  async #boundFrames(added: number): Promise<void> {
    this.#uncounted += added;
    if (this.#uncounted < countEvery) return;
    this.#uncounted = 0;
    const held = () => [...this.#state.values()].reduce((sum, run) => sum + run.frames.length, 0);
    while (held() > this.#maxFrames && (await this.#log.evictOldest()));
  }

  /** Writes entries behind those pending and applies them; returns the error instead if the disk refused. */
  async #commit(entries: readonly SpoolEntry[], sync: boolean): Promise<unknown> {
    const bodies = entries.map((entry) => encodeRecord(encodeEntry(entry)));
    const estimate = bodies.reduce((sum, body) => sum + body.length, 0);
    let written: SpoolEntry[] = [];
    let head = 0;
    try {
      const where = await this.#log.write(estimate, sync, () => {
        written = this.#pending;
        const before = written.map((entry) => encodeRecord(encodeEntry(entry)));
        head = before.reduce((sum, body) => sum + body.length, 0);
        return Buffer.concat([...before, ...bodies]);
      });
      this.#pending = this.#pending.filter((entry) => !written.includes(entry));
      let offset = where.offset + head;
      entries.forEach((entry, index) => {
        const length = bodies[index]?.length ?? recordHeaderBytes;
        applyEntry(this.#state, entry, { segment: where.segment, offset, length });
        offset += length;
      });
      if (this.#log.current !== this.#sweptFor) await this.#sweep();
      return null;
    } catch (error) {
      return error;
    }
  }

  #note(entry: SpoolEntry): void {
    applyEntry(this.#state, entry);
    this.#pending.push(entry);
  }

  #acknowledge(run: RunState, seq: bigint): void {
    this.#note({ kind: 'ack', ...idOf(run), seq, total: totalAt(run, seq) });
  }

  #drop(run: RunState, first: bigint, last: bigint, records: bigint): void {
    this.#note({ kind: 'drop', ...idOf(run), first, last, records });
  }

  /** Frames that go together: one hole for each stretch without a gap. */
  #dropAll(run: RunState, frames: readonly FrameRef[]): void {
    let stretch: { first: bigint; last: bigint; records: bigint } | null = null;
    for (const { seq, records } of frames) {
      if (stretch && seq === stretch.last + 1n) {
        stretch = { first: stretch.first, last: seq, records: stretch.records + BigInt(records) };
        continue;
      }
      if (stretch) this.#drop(run, stretch.first, stretch.last, stretch.records);
      stretch = { first: seq, last: seq, records: BigInt(records) };
    }
    if (stretch) this.#drop(run, stretch.first, stretch.last, stretch.records);
  }

  #settleRefused(run: RunState): void {
    const refused = this.#refused.get(runKey(run));
    while (refused?.delete(run.acked + 1n)) this.#acknowledge(run, run.acked + 1n);
  }

  /** Removes the segments in which nothing waits to be delivered. */
  async #sweep(): Promise<void> {
    const current = this.#log.current;
    this.#sweptFor = current;
    if (current === null) return;
    const live = new Set<number>([current]);
    for (const run of this.#state.values()) for (const frame of run.frames) live.add(frame.segment);
    const idle = this.#log.segments.filter((segment) => !live.has(segment));
    if (idle.length === 0 || !(await this.#log.settle())) return;
    for (const segment of idle) await this.#log.remove(segment).catch(() => undefined);
  }

  #serially<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

function encodeAll(entries: readonly SpoolEntry[]): Uint8Array {
  return Buffer.concat(entries.map((entry) => encodeRecord(encodeEntry(entry))));
}

const idOf = ({ session, epoch }: RunId): RunId => ({ session, epoch });
