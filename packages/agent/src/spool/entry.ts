/** Losses as the spool adds them up; `evicted` is kept apart, because the spool itself is what evicts. */
export interface SpoolLoss {
  readonly kernel: bigint;
  readonly sampledOut: bigint;
  readonly truncated: bigint;
  readonly mapFull: bigint;
  /** Absent in what older agents have written. */
  readonly readFailed?: bigint;
}

/** Which run of which session: a session is measured at most once in the life of an agent process. */
export interface RunId {
  readonly session: string;
  readonly epoch: bigint;
}

/** What the spool's log says, in the order in which it happened. The state is the fold of these (`spool-state.ts`). */
export type SpoolEntry =
  /** Before anything is attached. `skeleton`: the manifest as far as it is known then. */
  | (RunId & {
      readonly kind: 'started';
      readonly at: number;
      readonly durationMs: number;
      readonly skeleton: Uint8Array;
    })
  | (RunId & {
      readonly kind: 'frame';
      readonly seq: bigint;
      readonly records: number;
      /** Records of all frames up to and including this one: tells how much a damaged frame held. */
      readonly total: bigint;
      readonly lost: SpoolLoss;
      /** End of the window, milliseconds since the Unix epoch. */
      readonly until: number;
      readonly frame: Uint8Array;
    })
  /** A window that had nothing in it: how far was measured. */
  | (RunId & { readonly kind: 'mark'; readonly until: number })
  /** `total`: records up to and including `seq`, where that is known: what is missing behind it can then be counted. */
  | (RunId & { readonly kind: 'ack'; readonly seq: bigint; readonly total: bigint | null })
  /** Frames first..last will not be delivered; they held so many records. */
  | (RunId & { readonly kind: 'drop'; readonly first: bigint; readonly last: bigint; readonly records: bigint })
  | (RunId & { readonly kind: 'manifest'; readonly manifest: Uint8Array })
  /** The manifest was acknowledged: nothing of this run is kept. */
  | (RunId & { readonly kind: 'closed' })
  /**
   * Opens a segment: all runs that there were, by `runKey`. What older segments say of others is over: the one that said so may
   * be gone before them.
   */
  | { readonly kind: 'opened'; readonly runs: readonly string[] }
  /** All that was known of a run when a segment was opened, so that older segments may go. */
  | (RunId & {
      readonly kind: 'checkpoint';
      readonly at: number;
      readonly durationMs: number;
      readonly until: number;
      readonly acked: bigint;
      readonly ackedTotal: bigint | null;
      readonly last: bigint;
      readonly total: bigint;
      readonly evicted: bigint;
      readonly lost: SpoolLoss;
      readonly holes: readonly Hole[];
      readonly skeleton: Uint8Array;
      readonly manifest: Uint8Array | null;
    });

/** A range of frames that will never be delivered as they were. */
export interface Hole {
  readonly first: bigint;
  readonly last: bigint;
  readonly records: bigint;
}

type Json = null | number | string | Json[] | { [key: string]: Json };

const bigintMark = 'n:';

/** Body of a record: u32 length of the JSON, the JSON, then for each of `blobs` its bytes. Bigints are "n:DIGITS". */
export function encodeEntry(entry: SpoolEntry): Uint8Array {
  const blobs: Uint8Array[] = [];
  // A Buffer's own toJSON would run first: so the value is taken from its holder.
  const json = JSON.stringify(entry, function (this: Record<string, unknown>, key) {
    const value = this[key];
    if (typeof value === 'bigint') return `${bigintMark}${value}`;
    if (!(value instanceof Uint8Array)) return value;
    blobs.push(value);
    return { blob: value.length };
  });
  const head = Buffer.from(json, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, ...blobs]);
}

/** The entry, or null if the body is none of ours: a checksum only says that the bytes are as they were written. */
export function decodeEntry(body: Uint8Array): SpoolEntry | null {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  if (bytes.length < 4) return null;
  let offset = 4 + bytes.readUInt32LE(0);
  if (offset > bytes.length) return null;
  try {
    return JSON.parse(bytes.toString('utf8', 4, offset), (_key, value: Json) => {
      if (typeof value === 'string' && value.startsWith(bigintMark)) return BigInt(value.slice(bigintMark.length));
      if (value === null || typeof value !== 'object' || Array.isArray(value) || typeof value.blob !== 'number')
        return value;
      const blob = new Uint8Array(bytes.subarray(offset, offset + value.blob));
      offset += value.blob;
      return blob;
    }) as SpoolEntry;
  } catch {
    return null;
  }
}
