import { encodeEvent, type MessageInitShape, RpcError, type WatchEventsResponseSchema } from '@bpfleet/contracts';
import type { TraceEvent } from '@bpfleet/tracer';
import { boundTexts } from '../session/cut-frames.ts';

type Item = MessageInitShape<typeof WatchEventsResponseSchema>;

interface Batch {
  readonly collection: string;
  readonly events: readonly TraceEvent[];
  /** Of the first. */
  readonly ordinal: bigint;
  readonly missed: bigint;
  readonly ended: boolean;
  readonly bytes: number;
}

export const maxWatchers = 16;
/** What may wait for one reader, about. */
const maxWaitingBytes = 1024 * 1024;
/** Of one message; it stays far below the channel's limit. */
const maxBatchBytes = 128 * 1024;
/** What an event takes beside its text. */
const eventBytes = 300;

/** What programs print, for those who watch it. Nobody waits for a reader: what a slow one cannot take is counted to it. */
export class EventFeed {
  readonly #readers = new Set<EventReader>();

  /** Returns whether anybody reads these. `ordinal`: how many events the collection had before. */
  publish(collection: string, events: readonly TraceEvent[], ordinal: bigint): boolean {
    let read = false;
    for (const reader of this.#readers) read = reader.offer(collection, events, ordinal) || read;
    return read;
  }

  /** The collection is gone. */
  ended(collection: string): void {
    for (const reader of this.#readers) reader.endOf(collection);
  }

  /**
   * An empty message, then messages until `signal` aborts or the collection has ended; of all collections where `collection` is empty. Throws RpcError
   * RESOURCE_EXHAUSTED.
   */
  async *watch(collection: string, signal: AbortSignal): AsyncGenerator<Item, void, void> {
    if (this.#readers.size >= maxWatchers) {
      throw new RpcError('RESOURCE_EXHAUSTED', `${maxWatchers} callers watch events here already: end one first`);
    }
    const reader = new EventReader(collection);
    this.#readers.add(reader);
    const leave = () => reader.leave();
    signal.addEventListener('abort', leave, { once: true });
    try {
      yield { collectionId: collection };
      if (!signal.aborted) yield* reader.items();
    } finally {
      signal.removeEventListener('abort', leave);
      this.#readers.delete(reader);
    }
  }

  /** Ends all watching. */
  close(): void {
    for (const reader of this.#readers) reader.leave();
  }
}

class EventReader {
  readonly #wanted: string;
  readonly #queue: Batch[] = [];
  /** By collection, not told yet. */
  readonly #missed = new Map<string, bigint>();
  #bytes = 0;
  #over = false;
  #wake: () => void = () => undefined;

  constructor(wanted: string) {
    this.#wanted = wanted;
  }

  offer(collection: string, events: readonly TraceEvent[], ordinal: bigint): boolean {
    if (this.#over || (this.#wanted !== '' && this.#wanted !== collection)) return false;
    let first = 0;
    while (first < events.length && this.#bytes < maxWaitingBytes) {
      let bytes = 0;
      let end = first;
      while (end < events.length && bytes < maxBatchBytes) bytes += eventBytes + (events[end++]?.text.length ?? 0);
      this.#push(collection, events.slice(first, end), ordinal + BigInt(first), bytes);
      first = end;
    }
    if (first < events.length) {
      this.#missed.set(collection, (this.#missed.get(collection) ?? 0n) + BigInt(events.length - first));
    }
    this.#wake();
    return true;
  }

  endOf(collection: string): void {
    if (this.#over || (this.#wanted !== '' && this.#wanted !== collection)) return;
    this.#push(collection, [], 0n, 0, true);
    if (this.#wanted !== '') this.#over = true;
    this.#wake();
  }

  leave(): void {
    this.#over = true;
    this.#queue.length = 0;
    this.#missed.clear();
    this.#wake();
  }

  async *items(): AsyncGenerator<Item, void, void> {
    for (;;) {
      const batch = this.#queue.shift() ?? this.#tellMissed();
      if (batch !== undefined) {
        this.#bytes -= batch.bytes;
        yield encodeBatch(batch);
      } else if (this.#over) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #push(collection: string, events: readonly TraceEvent[], ordinal: bigint, bytes: number, ended = false): void {
    this.#queue.push({ collection, events, ordinal, missed: this.#takeMissed(collection), ended, bytes });
    this.#bytes += bytes;
  }

  /** A reader that has caught up is told what it missed, also where nothing follows. */
  #tellMissed(): Batch | undefined {
    const [collection] = this.#missed.keys();
    if (collection === undefined) return undefined;
    return { collection, events: [], ordinal: 0n, missed: this.#takeMissed(collection), ended: false, bytes: 0 };
  }

  #takeMissed(collection: string): bigint {
    const missed = this.#missed.get(collection) ?? 0n;
    this.#missed.delete(collection);
    return missed;
  }
}

function encodeBatch({ collection, events, ordinal, missed, ended }: Batch): Item {
  const encoded = boundTexts(events).events.map((event, index) => encodeEvent(event, ordinal + BigInt(index)));
  return { collectionId: collection, events: encoded, missed, ended };
}
