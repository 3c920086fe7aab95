import type { MapSchema } from '@bpfleet/aggregate';
import {
  ContractError,
  ContractLimits,
  crc32c,
  decodeEvent,
  decodeLoss,
  decodeMapDelta,
  type Frame,
  type FramePayload,
  FramePayloadSchema,
  fromBinary,
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
  const payload = parsePayload(frame.payload);
  if (payload.events.length > ContractLimits.eventsPerFrame) {
    throw new ContractError('frame.events', `are more than ${ContractLimits.eventsPerFrame}`);
  }
  const { schemas } = context;
  const deltas = payload.maps.map((delta) => {
    const schema = schemas?.find(({ id }) => id === delta.map);
    if (schemas !== null && schema === undefined) {
      throw new ContractError('frame.maps', `${delta.map} is no map of the program`);
    }
    return decodeMapDelta(delta, schema);
  });
  const records = deltas.reduce((sum, { entries }) => sum + entries.length, payload.events.length);
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
    deltas,
    events,
    lost,
  };
}

function parsePayload(bytes: Uint8Array): FramePayload {
  try {
    return fromBinary(FramePayloadSchema, bytes, { readUnknownFields: false });
  } catch {
    throw new ContractError('frame.payload', 'cannot be decoded');
  }
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
