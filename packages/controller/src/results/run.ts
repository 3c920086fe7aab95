import type { LossCounts, MapSchema } from '@bpfleet/aggregate';
import type { PrintedEvent } from '@bpfleet/contracts';

/** One start of a session's program on one node: the frames of it are numbered from 1. */
export interface RunKey {
  readonly sessionId: string;
  readonly nodeId: string;
  readonly bootEpoch: bigint;
}

/** A frame that was checked and decoded. */
export interface CheckedFrame {
  readonly seq: bigint;
  readonly windowStart: Date;
  readonly windowEnd: Date;
  readonly records: number;
  /** As it was received; stored. */
  readonly payload: Uint8Array;
  /** Its map entries as `PayloadScan` takes them: of the same memory as the payload, most often. */
  readonly maps: Uint8Array;
  readonly events: readonly (PrintedEvent & { readonly ordinal: bigint })[];
  readonly lost: LossCounts;
}

/** What came of a run on one connection. */
export interface RunInput {
  readonly key: RunKey;
  /** Of the connection that it came by: what a superseded one says is refused. */
  readonly connectionEpoch: bigint;
  readonly frames: readonly CheckedFrame[];
  /** Frames that were refused for good; acknowledgements pass over them. */
  readonly refused: readonly bigint[];
  /** null as long as the node has not told them: frames are stored, and rolled up once they are known. */
  readonly schemas: readonly MapSchema[] | null;
}

/** What became of it, once it is committed. */
export interface RunOutcome {
  readonly key: RunKey;
  /** Every frame up to this one is stored or refused: the agent may forget them. */
  readonly settledSeq: bigint;
  readonly stored: number;
  readonly duplicates: number;
  /** Frames that were well formed, but that the run has no room for. */
  readonly refused: readonly { readonly seq: bigint; readonly reason: string }[];
}

/** What a frame is held with besides its payload: objects and small buffers. */
const frameBytes = 512;

/** Memory that frames take, about. */
export function heldBytes(frames: readonly { readonly payload: Uint8Array }[]): number {
  return frames.reduce((sum, { payload }) => sum + payload.length + frameBytes, 0);
}

export function runId(key: RunKey): string {
  return `${key.sessionId} ${key.nodeId} ${key.bootEpoch}`;
}
