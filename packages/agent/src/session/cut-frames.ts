import { type LossCounts, noLoss } from '@bpfleet/aggregate';
import {
  ContractLimits,
  type EntryDelta,
  EntryDeltaSchema,
  type EventPage,
  encodeEntry,
  encodeLoss,
  FramePayloadSchema,
  LossCountsSchema,
  MapDeltaSchema,
} from '@bpfleet/contracts';
import type { TraceEvent, TraceWindow } from '@bpfleet/tracer';
import { toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** The payload of one frame. */
export interface CutPayload {
  readonly payload: Uint8Array;
  /** Map entries and events in it. */
  readonly records: number;
  readonly lost: LossCounts;
}

/** A frame with its envelope stays below 256 KiB. */
export const maxPayloadBytes = 250 * 1024;
/** Field tags and lengths around one entry or event. */
const envelopeBytes = 8;

type WindowContent = Pick<TraceWindow, 'maps' | 'lost'>;

/**
 * Cuts a window, and the events that came in it, into payloads of at most `maxBytes`, but for a record or page that is longer.
 * Concatenated, the payloads are both. None where there are no records and losses. Each is made when it is asked for.
 */
export function* cutFrames(
  window: WindowContent,
  pages: readonly EventPage[],
  maxBytes = maxPayloadBytes,
): Generator<CutPayload, void, void> {
  const truncated = pages.reduce((sum, page) => sum + page.truncated, 0n);
  const lost = { ...window.lost, truncated: window.lost.truncated + truncated };
  const cutter = new Cutter(maxBytes, lost);
  for (const delta of window.maps) {
    for (const entry of delta.entries) {
      cutter.entry(delta.map, encodeEntry(entry));
      yield* cutter.take();
    }
  }
  for (const page of pages) {
    cutter.page(page);
    yield* cutter.take();
  }
  cutter.finish();
  yield* cutter.take();
}

/**
 * Writes FramePayload field by field, so that each record is serialised once: its length is known before it is put into a
 * frame.
 */
class Cutter {
  readonly #maxBytes: number;
  #done: CutPayload[] = [];
  #lost: LossCounts;
  #maps: { readonly map: number; readonly entries: Uint8Array[] }[] = [];
  #pages: Uint8Array[] = [];
  #bytes = 0;
  #records = 0;

  constructor(maxBytes: number, lost: LossCounts) {
    this.#maxBytes = maxBytes;
    this.#lost = lost;
  }

  entry(map: number, entry: EntryDelta): void {
    const bytes = toBinary(EntryDeltaSchema, entry);
    this.#admit(bytes.length, 1);
    let delta = this.#maps.at(-1);
    if (delta?.map !== map) {
      delta = { map, entries: [] };
      this.#maps.push(delta);
      this.#bytes += envelopeBytes;
    }
    delta.entries.push(bytes);
  }

  page({ bytes, events }: EventPage): void {
    this.#admit(bytes.length, events);
    this.#pages.push(bytes);
  }

  finish(): void {
    if (this.#records > 0 || Object.values(this.#lost).some((count) => count !== 0n)) this.#cut();
  }

  /** What is whole since the last time. */
  take(): readonly CutPayload[] {
    const done = this.#done;
    if (done.length > 0) this.#done = [];
    return done;
  }

  #admit(bytes: number, records: number): void {
    if (this.#records > 0 && this.#bytes + bytes + envelopeBytes > this.#maxBytes) this.#cut();
    this.#bytes += bytes + envelopeBytes;
    this.#records += records;
  }

  #cut(): void {
    const { maps, lost } = FramePayloadSchema.field;
    const writer = new BinaryWriter();
    for (const delta of this.#maps) {
      writer.tag(maps.number, WireType.LengthDelimited).fork();
      // As encoders do: in any other form a controller takes a frame apart, at thirty times the cost (`PayloadScan`).
      if (delta.map !== 0) writer.tag(MapDeltaSchema.field.map.number, WireType.Varint).uint32(delta.map);
      for (const entry of delta.entries) {
        writer.tag(MapDeltaSchema.field.entries.number, WireType.LengthDelimited).bytes(entry);
      }
      writer.join();
    }
    writer.tag(lost.number, WireType.LengthDelimited).bytes(toBinary(LossCountsSchema, encodeLoss(this.#lost)));
    // Messages one after the other are one: a page is fields of this one.
    const payload = Buffer.concat([writer.finish(), ...this.#pages]);
    this.#done.push({ payload, records: this.#records, lost: this.#lost });
    // The losses of the window travel with its first frame.
    this.#lost = noLoss();
    this.#maps = [];
    this.#pages = [];
    this.#bytes = 0;
    this.#records = 0;
  }
}

/** The contract bounds the text of an event; print() of a large map may exceed it. */
export function boundTexts(events: readonly TraceEvent[]): { events: readonly TraceEvent[]; truncated: bigint } {
  const limit = ContractLimits.stringLength;
  const long = events.filter((event) => event.text.length > limit).length;
  if (long === 0) return { events, truncated: 0n };
  const bounded = events.map((event) =>
    event.text.length > limit ? { ...event, text: event.text.slice(0, limit) } : event,
  );
  return { events: bounded, truncated: BigInt(long) };
}
