import type { MapSchema } from '@bpfleet/aggregate';
import {
  ContractError,
  crc32c,
  decodeEvent,
  decodeLoss,
  type Frame,
  PayloadReader,
  readUnknownMaps,
  requireTimestampMs,
} from '@bpfleet/contracts';
import type { CheckedFrame } from '../results/run.ts';

/** Largest payload of one frame. */
const maxPayloadBytes = 1024 * 1024;
/** An agent whose clock is off by more is refused. */
const clockToleranceMs = 86_400_000;
const maxSeq = 2n ** 62n;

export type FrameCheck =
  | { readonly kind: 'accepted'; readonly frame: CheckedFrame }
  | { readonly kind: 'refused'; readonly reason: string };

/** What is known of the session that a frame is of. */
export interface FrameContext {
  readonly sessionCreatedAt: Date;
  readonly now: Date;
  /** null as long as the node has not told them. */
  readonly schemas: readonly MapSchema[] | null;
}

/** Whether a frame may be stored: whole, within bounds, readable, and in keeping with the session's maps. */
export function checkFrame(frame: Frame, context: FrameContext): FrameCheck {
  try {
    return { kind: 'accepted', frame: decodeFrame(frame, context) };
  } catch (error) {
    if (error instanceof ContractError) {
      return { kind: 'refused', reason: error.message };
    }
    throw error;
  }
}

/** Sequence numbers and epochs that PostgreSQL can hold; one that is not cannot even be named in a refusal. */
export function hasIdentity(frame: Pick<Frame, 'seq' | 'bootEpoch'>): boolean {
  return frame.seq > 0n && frame.seq < maxSeq && frame.bootEpoch < maxSeq;
}

function decodeFrame(frame: Frame, context: FrameContext): CheckedFrame {
  if (!hasIdentity(frame)) {
    throw new ContractError('frame.seq', 'is out of range');
  }
  if (frame.payload.length > maxPayloadBytes) {
    throw new ContractError('frame.payload', `has ${frame.payload.length} bytes, more than ${maxPayloadBytes}`);
  }
  if (crc32c(frame.payload) !== frame.crc32c) {
    throw new ContractError('frame.crc32c', 'does not fit the payload');
  }
  const { schemas } = context;
  const payload = schemas === null ? readUnknownMaps(frame.payload) : readerOf(schemas).read(frame.payload);
  const records = payload.entries + payload.events.length;
  if (records !== frame.records) {
    throw new ContractError('frame.records', `is ${frame.records}, the payload holds ${records}`);
  }
  const events = payload.events.map(decodeEvent);
  if (events.some(({ ordinal }) => ordinal >= maxSeq)) {
    throw new ContractError('event.ordinal', 'is out of range');
  }
  const lost = decodeLoss(payload.lost);
  if (Object.values(lost).some((count: bigint) => count >= maxSeq)) {
    throw new ContractError('frame.lost', 'is out of range');
  }
  return {
    seq: frame.seq,
    ...windowOf(frame, records, context),
    records,
    payload: frame.payload,
    maps: payload.maps,
    events,
    lost,
  };
}

/** By the schemas: equal ones are the same array (`loadSchemas`). */
const readers = new WeakMap<readonly MapSchema[], PayloadReader>();

function readerOf(schemas: readonly MapSchema[]): PayloadReader {
  const reader = readers.get(schemas) ?? new PayloadReader(schemas);
  readers.set(schemas, reader);
  return reader;
}

/** A frame without records stands for one that was dropped: its window means nothing, and may be anything. */
function windowOf(
  frame: Frame,
  records: number,
  context: FrameContext,
): Pick<CheckedFrame, 'windowStart' | 'windowEnd'> {
  const earliest = context.sessionCreatedAt.getTime() - clockToleranceMs;
  const latest = context.now.getTime() + clockToleranceMs;
  if (records === 0) {
    const at = frame.windowStart === undefined ? 0 : Number(frame.windowStart.seconds) * 1_000;
    const within = new Date(at >= earliest && at <= latest ? at : context.sessionCreatedAt);
    return { windowStart: within, windowEnd: within };
  }
  const start = requireTimestampMs('frame.window_start', frame.windowStart);
  const end = requireTimestampMs('frame.window_end', frame.windowEnd);
  if (start < earliest || end > latest || end < start) {
    throw new ContractError('frame.window_start', 'is not within a day of the session');
  }
  return { windowStart: new Date(start), windowEnd: new Date(end) };
}
