import { noLoss } from '@bpfleet/aggregate';
import {
  crc32c,
  encodeLoss,
  type Frame,
  FramePayloadSchema,
  FrameSchema,
  type Manifest,
  timestampFromMs,
} from '@bpfleet/contracts';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { manifestToSend } from '../session/manifest.ts';
import type { RunId } from '../spool/entry.ts';
import type { Spool } from '../spool/spool.ts';
import { type RunState, runKey } from '../spool/spool-state.ts';
import { nextToSend, type Sendable } from './next-to-send.ts';

/** Frames sent and not acknowledged, over all sessions: below 16 MiB. */
const maxInFlight = 64;
const maxBatchBytes = 512 * 1024;
/** What was sent and not acknowledged for so long is sent again. */
const resendMs = 15_000;

/** What is sent next: frames of one run, or the manifest of one that has no frame left. */
export type Delivery =
  | { readonly kind: 'frames'; readonly frames: Frame[] }
  | { readonly kind: 'manifest'; readonly manifest: Manifest };

interface Cursor {
  /** Sent up to here on this connection. */
  sent: bigint;
  acked: bigint;
  /** When something was last sent or acknowledged. */
  movedAt: number;
  manifestAt: number | null;
}

/** Which frame goes next on one connection. A new connection begins again behind the last acknowledgement. */
export class DeliveryQueue {
  readonly #spool: Spool;
  readonly #cursors = new Map<string, Cursor>();

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  /** The next delivery, or null while there is none or too much is in flight. `now`: any monotonic clock, milliseconds. */
  async next(now: number): Promise<Delivery | null> {
    for (const run of [...this.#spool.runs()]) {
      const cursor = this.#cursor(run, now);
      const frames = await this.#batch(run, cursor);
      if (frames.length > 0) {
        cursor.movedAt = now;
        return { kind: 'frames', frames };
      }
      if (run.manifest === null || run.acked < run.last) continue;
      if (cursor.manifestAt !== null && now - cursor.manifestAt < resendMs) continue;
      cursor.manifestAt = now;
      const manifest = manifestToSend(run);
      if (manifest) return { kind: 'manifest', manifest };
    }
    this.#forgetClosed();
    return null;
  }

  /** This frame has to go again, as what it is now. What follows it goes again too: the controller knows it already. */
  rewind(id: RunId, seq: bigint): void {
    const cursor = this.#cursors.get(runKey(id));
    if (cursor && cursor.sent >= seq) cursor.sent = seq - 1n;
  }

  #cursor(run: Readonly<RunState>, now: number): Cursor {
    const key = runKey(run);
    const found = this.#cursors.get(key);
    const cursor: Cursor = found ?? { sent: run.acked, acked: run.acked, movedAt: now, manifestAt: null };
    this.#cursors.set(key, cursor);
    if (run.acked > cursor.acked) {
      cursor.acked = run.acked;
      cursor.movedAt = now;
    }
    if (cursor.sent > run.acked && now - cursor.movedAt >= resendMs) cursor.sent = run.acked;
    if (cursor.sent < run.acked) cursor.sent = run.acked;
    return cursor;
  }

  async #batch(run: Readonly<RunState>, cursor: Cursor): Promise<Frame[]> {
    const frames: Frame[] = [];
    let bytes = 0;
    while (bytes < maxBatchBytes && this.#inFlight() < maxInFlight) {
      if (cursor.sent < run.acked) cursor.sent = run.acked;
      const next = nextToSend(run, cursor.sent);
      if (!next) break;
      const frame = next.kind === 'frame' ? await this.#read(run, next.seq) : tombstone(run, next);
      if (!frame) {
        // Found damaged just now, so it is a hole from here on; or acknowledged or evicted while it was read.
        const again = nextToSend(run, cursor.sent);
        if (again?.kind === 'frame' && again.seq === next.seq && run.acked < next.seq) break;
        continue;
      }
      // Set back while it was read.
      if (cursor.sent !== next.seq - 1n) continue;
      cursor.sent = next.seq;
      frames.push(frame);
      bytes += frame.payload.length;
    }
    return frames;
  }

  async #read(run: RunId, seq: bigint): Promise<Frame | null> {
    const bytes = await this.#spool.readFrame(run, seq);
    return bytes && fromBinary(FrameSchema, bytes);
  }

  #inFlight(): number {
    let count = 0n;
    for (const cursor of this.#cursors.values()) count += cursor.sent - cursor.acked;
    return Number(count);
  }

  #forgetClosed(): void {
    const live = new Set([...this.#spool.runs()].map(runKey));
    for (const key of this.#cursors.keys()) if (!live.has(key)) this.#cursors.delete(key);
  }
}

/** An empty frame that says how many records were evicted. */
function tombstone(run: Readonly<RunState>, hole: Extract<Sendable, { kind: 'hole' }>): Frame {
  const lost = encodeLoss({ ...noLoss(), evicted: hole.records });
  const payload = toBinary(FramePayloadSchema, create(FramePayloadSchema, { lost }));
  const at = timestampFromMs(Math.round(run.until));
  return create(FrameSchema, {
    sessionId: run.session,
    bootEpoch: run.epoch,
    seq: hole.seq,
    windowStart: at,
    windowEnd: at,
    payload,
    crc32c: crc32c(payload),
    records: 0,
  });
}
