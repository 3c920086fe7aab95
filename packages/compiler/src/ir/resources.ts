import type { RecordLayout } from '../output-layout.ts';
import type { StackType } from '../types/type.ts';

/** A record whose size is yet to be known. */
export type RecordKind = RecordLayout extends infer R ? (R extends unknown ? Omit<R, 'size'> : never) : never;

/** Names of the maps that are not the script's; those start with `AT_`. */
export const internalMaps = {
  events: 'events',
  control: 'control',
  packets: 'packets',
  counters: 'counters',
  scratch: 'scratch',
  zeros: 'zeros',
  start: 'start',
  processes: 'processes',
  names: 'names',
} as const;

/** What the programs of a script turn out to need while they are lowered. */
export class Resources {
  readonly records: RecordLayout[] = [];
  readonly #recordIds = new Map<string, number>();
  eventRing = false;
  controlRing = false;
  /** Packets that skboutput() writes. */
  packetBuffer = false;
  counters = false;
  /** The time the trace began, for `elapsed`. */
  start = false;
  /** Which processes user space has been told of. */
  processes = false;
  /** Bytes of the map of zeros: the largest value that is inserted, the longest memory that is cleared. */
  zeroBytes = 0;
  scratchBytes = 0;
  /** The kinds and depths of the stacks that are taken, by the name of the map that each has. */
  readonly stacks = new Map<string, Pick<StackType, 'user' | 'depth'>>();
  /** Names of probes that share a program. */
  names = new Uint8Array(0);
  /** Elements of the scratch map: the first is shared, each raw tracepoint program has one of its own. */
  scratchElements = 1;

  /** The number of a record; equal records share one. */
  record(record: RecordKind, size: number): number {
    const layout = { ...record, size } as RecordLayout;
    const key = JSON.stringify(layout);
    const known = this.#recordIds.get(key);
    if (known !== undefined) return known;
    this.#recordIds.set(key, this.records.length);
    this.records.push(layout);
    return this.records.length - 1;
  }

  /** Texts of one size, one after the other; where there is none, zeros. Gives the offset where they begin. */
  addNames(texts: readonly (Uint8Array | undefined)[], size: number): number {
    const offset = this.names.length;
    const grown = new Uint8Array(offset + texts.length * size);
    grown.set(this.names);
    for (const [index, text] of texts.entries()) if (text !== undefined) grown.set(text, offset + index * size);
    this.names = grown;
    return offset;
  }

  needZeros(bytes: number): void {
    this.zeroBytes = Math.max(this.zeroBytes, bytes);
  }
}
