import type { Scalar } from '@bpfleet/aggregate';
import { toBinary } from '@bufbuild/protobuf';
import { ContractLimits } from './contract-error.ts';
import { ValueSchema } from './gen/bpfleet/trace/v1/result_pb.ts';
import { wireType } from './output-event.ts';
import { encodeScalar } from './scalar.ts';
import { varintBytes, writeBigVarint, writeVarint } from './varint.ts';

/** Events as they go into a frame: fields `events` of FramePayload, one after the other. */
export interface EventPage {
  readonly bytes: Uint8Array;
  readonly events: number;
  /** Texts that were cut to what the contract allows. */
  readonly truncated: bigint;
}

/** What a page has, unless a single event is longer. */
const PAGE_BYTES = 60 * 1024;
const SECOND_NS = 1_000_000_000n;

/** Tags of the fields, with their wire types: FramePayload.events, OutputEvent's, Timestamp's, Value's. */
const TAG_EVENT = 0x12;
const [TAG_AT, TAG_TYPE, TAG_TEXT, TAG_VALUE, TAG_ORDINAL] = [0x0a, 0x10, 0x1a, 0x22, 0x28];
const [TAG_SECONDS, TAG_NANOS] = [0x08, 0x10];
const [TAG_INT, TAG_UINT, TAG_STR, TAG_TRUTH] = [0x08, 0x10, 0x1a, 0x30];
/** Of numbers that a double holds, doubled as well. */
const MOST_EXACT = BigInt(Number.MAX_SAFE_INTEGER >> 1);
/** Room for what an event has beside its texts. */
const FIXED_BYTES = 64;
const VALUE_BYTES = 16;

interface WrittenEvent {
  /** Nanoseconds since the Unix epoch. */
  readonly at: bigint;
  readonly type: string;
  readonly text: string;
  readonly values: readonly Scalar[];
}

/**
 * Writes events as protobuf while they come, without a message in between: a flood has a million a second, and as bytes
 * they take a tenth of the memory. What comes out is what `encodeEvent` would have given.
 */
export class EventPages {
  readonly #pageBytes: number;
  #pages: EventPage[] = [];
  /** The page that is being written, and the event, whose length comes before it. */
  #page: Buffer;
  #event = Buffer.allocUnsafe(4 * 1024);
  #at = 0;
  #events = 0;
  #truncated = 0n;
  #waiting = 0;
  #secondNs = 0n;
  #seconds = 0;

  constructor(pageBytes = PAGE_BYTES) {
    this.#pageBytes = pageBytes;
    this.#page = Buffer.allocUnsafe(pageBytes);
  }

  /** Bytes that wait to be taken. */
  get bytes(): number {
    return this.#waiting + this.#at;
  }

  /** `ordinal`: the number of events this node printed before in the session. */
  add(event: WrittenEvent, ordinal: number): void {
    const length = this.#write(event, ordinal);
    const room = length + 1 + varintBytes(length);
    if (this.#at > 0 && this.#at + room > this.#pageBytes) this.#close();
    if (room > this.#page.length) this.#page = Buffer.allocUnsafe(room);
    this.#page[this.#at++] = TAG_EVENT;
    this.#at = writeVarint(this.#page, this.#at, length);
    this.#event.copy(this.#page, this.#at, 0, length);
    this.#at += length;
    this.#events++;
  }

  /** All that was added since. */
  take(): EventPage[] {
    if (this.#events > 0) this.#close();
    const pages = this.#pages;
    this.#pages = [];
    this.#waiting = 0;
    return pages;
  }

  #close(): void {
    const full = this.#at > this.#pageBytes / 2;
    const bytes = full ? this.#page.subarray(0, this.#at) : Buffer.from(this.#page.subarray(0, this.#at));
    this.#pages.push({ bytes, events: this.#events, truncated: this.#truncated });
    if (full) this.#page = Buffer.allocUnsafe(this.#pageBytes);
    this.#waiting += this.#at;
    this.#at = 0;
    this.#events = 0;
    this.#truncated = 0n;
  }

  /** Writes the fields of one event; returns their length. */
  #write({ at, type, text, values }: WrittenEvent, ordinal: number): number {
    const cut = text.length > ContractLimits.stringLength;
    if (cut) this.#truncated++;
    const shown = cut ? text.slice(0, ContractLimits.stringLength) : text;
    this.#need(FIXED_BYTES + 3 * shown.length + values.length * VALUE_BYTES);
    let end = this.#writeTime(at);
    this.#event[end++] = TAG_TYPE;
    this.#event[end++] = wireType(type);
    this.#event[end++] = TAG_TEXT;
    end = this.#writeText(end, shown);
    for (const value of values) end = this.#writeValue(end, value);
    this.#event[end++] = TAG_ORDINAL;
    return writeVarint(this.#event, end, ordinal);
  }

  #writeTime(at: bigint): number {
    let nanos = Number(at - this.#secondNs);
    if (!(nanos >= 0 && nanos < 1e9)) {
      this.#seconds = Number(at / SECOND_NS);
      this.#secondNs = BigInt(this.#seconds) * SECOND_NS;
      nanos = Number(at - this.#secondNs);
    }
    const bytes = this.#event;
    bytes[0] = TAG_AT;
    bytes[2] = TAG_SECONDS;
    let end = writeVarint(bytes, 3, this.#seconds);
    bytes[end++] = TAG_NANOS;
    end = writeVarint(bytes, end, nanos);
    bytes[1] = end - 2;
    return end;
  }

  /** The length, then the text. */
  #writeText(start: number, text: string): number {
    const bytes = this.#event;
    const { length } = text;
    if (length < 0x80) {
      // Most texts are short and ASCII, for which a call costs more than it does.
      for (let index = 0; index < length; index++) {
        const code = text.charCodeAt(index);
        if (code >= 0x80) return this.#writeLongText(start, text);
        bytes[start + 1 + index] = code;
      }
      bytes[start] = length;
      return start + 1 + length;
    }
    return this.#writeLongText(start, text);
  }

  #writeLongText(start: number, text: string): number {
    const end = writeVarint(this.#event, start, Buffer.byteLength(text));
    return end + this.#event.write(text, end, 'utf8');
  }

  #writeValue(start: number, value: Scalar): number {
    this.#need(start + FIXED_BYTES);
    const bytes = this.#event;
    bytes[start] = TAG_VALUE;
    // Short values have a length of one byte.
    const body = start + 2;
    let end: number;
    if (typeof value === 'boolean') {
      bytes[body] = TAG_TRUTH;
      bytes[body + 1] = value ? 1 : 0;
      end = body + 2;
    } else if (typeof value === 'bigint' && value <= MOST_EXACT && value >= -MOST_EXACT) {
      const number = Number(value);
      bytes[body] = TAG_INT;
      end = writeVarint(bytes, body + 1, number >= 0 ? number * 2 : -number * 2 - 1);
    } else if (typeof value === 'bigint') {
      const isUnsigned = value >= 1n << 63n;
      bytes[body] = isUnsigned ? TAG_UINT : TAG_INT;
      end = writeBigVarint(bytes, body + 1, isUnsigned ? value : BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
    } else if (typeof value === 'string' && value.length < 0x20) {
      this.#need(body + 3 * value.length + FIXED_BYTES);
      this.#event[body] = TAG_STR;
      end = this.#writeText(body + 1, value);
    } else {
      return this.#writeMessage(start, value);
    }
    this.#event[start + 1] = end - body;
    return end;
  }

  #writeMessage(start: number, value: Scalar): number {
    const encoded = toBinary(ValueSchema, encodeScalar(value));
    this.#need(start + encoded.length + FIXED_BYTES);
    const end = writeVarint(this.#event, start + 1, encoded.length);
    this.#event.set(encoded, end);
    return end + encoded.length;
  }

  /** So many bytes in all, and what was written stays. */
  #need(bytes: number): void {
    if (bytes + VALUE_BYTES <= this.#event.length) return;
    const larger = Buffer.allocUnsafe(2 * (bytes + VALUE_BYTES));
    this.#event.copy(larger);
    this.#event = larger;
  }
}
