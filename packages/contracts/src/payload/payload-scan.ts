import { isAdditive, type MapSchema, slotCount } from '@bpfleet/aggregate';
import { ContractLimits } from '../contract-error.ts';
import { passValue } from './value-form.ts';
import { refuseForm, WireReader } from './wire-reader.ts';

/** Tags of FramePayload, MapDelta and EntryDelta, with their wire types. */
export const TAG_MAPS = 0x0a;
export const TAG_MAP = 0x08;
export const TAG_ENTRIES = 0x12;
const TAG_KEY = 0x0a;
export const TAG_SLOT = 0x12;
export const TAG_CELL = 0x1a;
const TAG_VALUE = 0x22;
const TAG_DELETED = 0x28;

interface KnownMap {
  readonly index: number;
  readonly schema: MapSchema;
  readonly slots: number;
  readonly additive: boolean;
}

/**
 * Goes over the map entries of a FramePayload from the bytes themselves, entry by entry, without an object for anything: of a fleet
 * there come a million a second. Law: it takes what `decodeMapDelta` takes, if it is in the one form that `encodeMapDelta` writes,
 * and throws NotCanonical at anything else, which is then for them to judge.
 */
export class PayloadScan {
  /** The map that the entry is of: its index among the schemas. */
  map = 0;
  additive = false;
  /** Where in `bytes` the entry is, and its key: fields `key` of EntryDelta, tags and all. */
  entryStart = 0;
  entryEnd = 0;
  keyStart = 0;
  keyEnd = 0;
  deleted = false;
  /** The entry's cells: slots ascending, and each cell in two halves. */
  cells = 0;
  readonly slots: Uint32Array;
  readonly lows: Int32Array;
  readonly highs: Int32Array;
  readonly #wire = new WireReader();
  readonly #maps = new Map<number, KnownMap>();
  #known: KnownMap | undefined;
  #mapEnd = 0;
  #entries = 0;

  constructor(schemas: readonly MapSchema[]) {
    for (const [index, schema] of schemas.entries()) {
      this.#maps.set(schema.id, { index, schema, slots: slotCount(schema), additive: isAdditive(schema.kind) });
    }
    const most = [...this.#maps.values()].reduce((max, { slots }) => Math.max(max, slots), 0);
    const room = Math.min(most, ContractLimits.slotsPerEntry);
    this.slots = new Uint32Array(room);
    this.lows = new Int32Array(room);
    this.highs = new Int32Array(room);
  }

  get bytes(): Uint8Array {
    return this.#wire.bytes;
  }

  /** Where the maps end: what is left of the payload is something else. Right once `next` has said false. */
  get end(): number {
    return this.#wire.at;
  }

  open(payload: Uint8Array): void {
    this.#wire.open(payload);
    this.#mapEnd = 0;
  }

  /** Moves on to the next entry; false where there is none. Throws NotCanonical. */
  next(): boolean {
    const wire = this.#wire;
    while (wire.at === this.#mapEnd) {
      if (wire.at >= wire.bytes.length || wire.peek() !== TAG_MAPS) return false;
      wire.at++;
      this.#openMap(wire.lengthWithin(wire.bytes.length));
    }
    if (wire.bytes[wire.at++] !== TAG_ENTRIES || ++this.#entries > ContractLimits.entriesPerDelta) refuseForm();
    this.entryEnd = wire.lengthWithin(this.#mapEnd);
    this.entryStart = wire.at;
    this.#readEntry(this.#known as KnownMap);
    return true;
  }

  #openMap(end: number): void {
    const wire = this.#wire;
    let id = 0;
    if (wire.at < end && wire.peek() === TAG_MAP) {
      wire.at++;
      id = wire.uint();
      // Nothing is written of a zero.
      if (id === 0 || wire.at > end) refuseForm();
    }
    this.#known = this.#maps.get(id) ?? refuseForm();
    this.map = this.#known.index;
    this.additive = this.#known.additive;
    this.#mapEnd = end;
    this.#entries = 0;
  }

  #readEntry({ schema, slots, additive }: KnownMap): void {
    const wire = this.#wire;
    const end = this.entryEnd;
    this.keyStart = wire.at;
    for (const type of schema.key) {
      if (wire.at >= end || wire.bytes[wire.at++] !== TAG_KEY) refuseForm();
      passValue(wire, wire.lengthWithin(end), type);
    }
    this.keyEnd = wire.at;
    this.cells = wire.at < end && wire.peek() === TAG_SLOT ? this.#readCells(end, slots) : 0;
    const hasValue = wire.at < end && wire.peek() === TAG_VALUE;
    if (hasValue) {
      wire.at++;
      passValue(wire, wire.lengthWithin(end), undefined);
    }
    this.deleted = wire.at < end && wire.peek() === TAG_DELETED;
    if (this.deleted) {
      if (wire.bytes[wire.at + 1] !== 1 || additive) refuseForm();
      wire.at += 2;
    }
    if (wire.at !== end || hasValue !== (schema.kind === 'value' && !this.deleted)) refuseForm();
  }

  #readCells(end: number, slotsOfMap: number): number {
    const wire = this.#wire;
    wire.at++;
    const slotsEnd = wire.lengthWithin(end);
    let count = 0;
    for (let last = -1; wire.at < slotsEnd; count++) {
      const slot = wire.uint();
      if (slot <= last || slot >= slotsOfMap || count === this.slots.length) refuseForm();
      this.slots[count] = slot;
      last = slot;
    }
    // Nothing is written of an empty list.
    if (wire.at !== slotsEnd || count === 0 || wire.at >= end || wire.bytes[wire.at++] !== TAG_CELL) refuseForm();
    const cellsEnd = wire.lengthWithin(end);
    for (let index = 0; index < count; index++) {
      wire.sint64();
      this.lows[index] = wire.low;
      this.highs[index] = wire.high;
    }
    return wire.at === cellsEnd ? count : refuseForm();
  }
}
