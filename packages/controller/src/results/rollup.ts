import { applyDelta, emptyState, isAdditive, type MapSchema, type MapState } from '@bpfleet/aggregate';
import {
  decodeMapDelta,
  FramePayloadSchema,
  fromBinary,
  PayloadReader,
  PayloadScan,
  PayloadWriter,
} from '@bpfleet/contracts';
import { MapRollup } from './map-rollup.ts';

const writer = new PayloadWriter();
/** A rollup of more entries is not kept for the next run: its memory would be. */
const maxSpareEntries = 10_000;
const spares = new WeakMap<readonly MapSchema[], Rollup>();

/** What `work` makes of an empty rollup, which is another's afterwards. */
export function withRollup<T>(schemas: readonly MapSchema[], work: (rollup: Rollup) => T): T {
  const rollup = spares.get(schemas) ?? new Rollup(schemas);
  spares.delete(schemas);
  const result = work(rollup);
  if (rollup.size <= maxSpareEntries) {
    rollup.clear();
    spares.set(schemas, rollup);
  }
  return result;
}

/** All maps of one run of a session on one node, as they are after the frames folded so far. May be cleared, and serve for another run. */
export class Rollup {
  readonly maps: readonly MapRollup[];
  readonly #scan: PayloadScan;
  readonly #reader: PayloadReader;

  constructor(schemas: readonly MapSchema[]) {
    this.maps = schemas.map((schema) => new MapRollup(schema));
    this.#scan = new PayloadScan(schemas);
    this.#reader = new PayloadReader(schemas);
  }

  /**
   * Moves on by the maps of one frame, which were read before (`ReadPayload.maps`), or by those of a rollup. Frames are to come in order
   * where a map is not additive. The bytes are to stay as they are until `encode`.
   */
  fold(maps: Uint8Array): void {
    const scan = this.#scan;
    scan.open(maps);
    while (scan.next()) (this.maps[scan.map] as MapRollup).fold(scan);
  }

  /** Moves on by a payload as it is stored, in whatever form. */
  foldStored(payload: Uint8Array): void {
    this.fold(this.#reader.read(payload).maps);
  }

  /** Entries that it has room for now, and at least those that are there. */
  get size(): number {
    return this.maps.reduce((sum, map) => sum + map.keys.size, 0);
  }

  countEntries(): number {
    return this.maps.reduce((sum, map) => sum + map.count(), 0);
  }

  /** As it is stored: a FramePayload, the difference of each map from an empty one. */
  encode(): Uint8Array {
    for (const map of this.maps) map.write(writer);
    return writer.take();
  }

  clear(): void {
    for (const map of this.maps) map.clear();
  }
}

/** Additive maps come out the same whatever the order of the frames; the others hold the newest value. */
export function dependsOnOrder(schemas: readonly MapSchema[]): boolean {
  return schemas.some(({ kind }) => !isAdditive(kind));
}

/** A stored rollup as states by map id; `bytes` is null for a run of which nothing was rolled up yet. */
export function rollupStates(bytes: Uint8Array | null, schemas: readonly MapSchema[]): Map<number, MapState> {
  const states = new Map(schemas.map((schema) => [schema.id, emptyState(schema)]));
  for (const message of bytes === null ? [] : fromBinary(FramePayloadSchema, bytes).maps) {
    const state = states.get(message.map);
    if (state !== undefined) applyDelta(state, decodeMapDelta(message, state.schema));
  }
  return states;
}
