import { noLoss } from '@bpfleet/aggregate';
import {
  crc32c,
  create,
  encodeLoss,
  encodeSchema,
  FramePayloadSchema,
  type Manifest_Outcome,
  type ManifestSchema,
  type MessageInitShape,
  timestampFromMs,
  toBinary,
} from '@bpfleet/contracts';
import { type FrameHead, frameContent } from './frame-batch.ts';
import { type SyntheticWindow, syntheticSchemas } from './synthetic-windows.ts';

/** As it is sent. */
export interface SentFrame {
  readonly head: FrameHead;
  readonly content: Uint8Array;
}
export type ManifestInit = Exclude<MessageInitShape<typeof ManifestSchema>, { $typeName: string }>;

const schemas = syntheticSchemas.map(encodeSchema);

/** What a run says afterwards: the truth that the controller's answer is held against. */
export interface RunLog {
  readonly sessionId: string;
  readonly nodeId: string;
  readonly bootEpoch: number;
  /** Which of the windows each frame was, in order: the frame `seq` is at `seq - 1`. */
  readonly frames: readonly number[];
  /** Sequence numbers of frames that the spool had no room for. */
  readonly evicted: readonly number[];
  readonly ended: boolean;
}

/** One session on one simulated node: what its spool holds of it. Sequence numbers are small enough for numbers. */
export class SimulatedRun {
  readonly sessionId: string;
  readonly bootEpoch: number;
  readonly attachedAt: number;
  /** When the next window ends, and when the last one does; milliseconds since the Unix epoch. */
  nextWindowAt: number;
  readonly endsAt: number;
  readonly intervalMs: number;
  /** Sent on this connection, and acknowledged, up to here. */
  sent = 0;
  acked = 0;
  manifest: ManifestInit | undefined;
  manifestSent = false;
  readonly #windows: readonly SyntheticWindow[];
  readonly #frames: number[] = [];
  readonly #starts: number[] = [];
  readonly #sentAt: number[] = [];
  readonly #evicted = new Map<number, number>();
  #oldestHeld = 1;

  constructor(
    id: { sessionId: string; bootEpoch: number },
    times: { attachedAt: number; firstWindowAt: number; endsAt: number; intervalMs: number },
    windows: readonly SyntheticWindow[],
  ) {
    this.sessionId = id.sessionId;
    this.bootEpoch = id.bootEpoch;
    this.attachedAt = times.attachedAt;
    this.nextWindowAt = times.firstWindowAt;
    this.endsAt = times.endsAt;
    this.intervalMs = times.intervalMs;
    this.#windows = windows;
  }

  get last(): number {
    return this.#frames.length;
  }

  get ended(): boolean {
    return this.manifest !== undefined;
  }

  /** A window has ended: it is spooled as one frame. */
  spool(variant: number, startMs: number): void {
    this.#frames.push(variant);
    this.#starts.push(startMs);
  }

  /** The spool has room for so many frames: the oldest that were never sent make room, and are counted. */
  bound(frames: number): void {
    let held = this.last - this.acked - this.#evicted.size;
    for (this.#oldestHeld = Math.max(this.#oldestHeld, this.sent + 1); held > frames; this.#oldestHeld++) {
      if (this.#oldestHeld > this.last) return;
      this.evict(this.#oldestHeld);
      held--;
    }
  }

  evict(seq: number): void {
    this.#evicted.set(seq, this.#window(seq).records);
  }

  /** The frame as it is sent; in place of one that is gone, an empty one that counts it. */
  frame(seq: number, now: number): SentFrame {
    this.#sentAt[seq - 1] = now;
    const start = this.#starts[seq - 1] ?? 0;
    const lostRecords = this.#evicted.get(seq);
    const head = {
      sessionId: this.sessionId,
      bootEpoch: BigInt(this.bootEpoch),
      seq: BigInt(seq),
      windowStart: timestampFromMs(start),
      windowEnd: timestampFromMs(start + this.intervalMs),
    };
    return { head, content: lostRecords === undefined ? this.#window(seq).content : tombstone(lostRecords) };
  }

  /** Everything up to `seq` is committed. Returns when each frame that this newly covers had been sent. */
  ack(seq: number): number[] {
    const sentAt = this.#sentAt.slice(this.acked, seq);
    this.acked = Math.max(this.acked, seq);
    this.sent = Math.max(this.sent, this.acked);
    return sentAt;
  }

  end(outcome: Manifest_Outcome, reason: string, endedAt: number): void {
    this.manifest ??= {
      sessionId: this.sessionId,
      bootEpoch: BigInt(this.bootEpoch),
      firstSeq: this.last > 0 ? 1n : 0n,
      lastSeq: BigInt(this.last),
      produced: BigInt(this.#frames.reduce((sum, variant) => sum + (this.#windows[variant]?.records ?? 0), 0)),
      outcome,
      reason,
      startedAt: timestampFromMs(this.attachedAt),
      endedAt: timestampFromMs(endedAt),
      overhead: 0,
      maps: schemas,
    };
  }

  /** As it is to be sent now: frames may have been evicted since the end. */
  manifestToSend(): ManifestInit | undefined {
    const evicted = [...this.#evicted.values()].reduce((sum, each) => sum + each, 0);
    return this.manifest && { ...this.manifest, lost: encodeLoss({ ...noLoss(), evicted: BigInt(evicted) }) };
  }

  observed() {
    return { sessionId: this.sessionId, attachedAt: timestampFromMs(this.attachedAt), maps: schemas, probes: 1 };
  }

  log(nodeId: string): RunLog {
    return {
      sessionId: this.sessionId,
      nodeId,
      bootEpoch: this.bootEpoch,
      frames: this.#frames,
      evicted: [...this.#evicted.keys()],
      ended: this.ended,
    };
  }

  #window(seq: number): SyntheticWindow {
    const window = this.#windows[this.#frames[seq - 1] ?? -1];
    if (!window) throw new Error(`the run has no frame ${seq}`);
    return window;
  }
}

function tombstone(records: number): Uint8Array {
  const lost = encodeLoss({ ...noLoss(), evicted: BigInt(records) });
  const payload = toBinary(FramePayloadSchema, create(FramePayloadSchema, { lost }));
  return frameContent(payload, crc32c(payload), 0);
}
