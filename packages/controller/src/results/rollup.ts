import { applyDelta, emptyState, isAdditive, type MapDelta, type MapSchema, type MapState } from '@bpfleet/aggregate';
import { create, decodeMapDelta, encodeMapDelta, FramePayloadSchema, fromBinary, toBinary } from '@bpfleet/contracts';

/** All maps of one run of a session on one node, as they are after the frames applied so far; by map id. */
export type Rollup = ReadonlyMap<number, MapState>;

export function emptyRollup(schemas: readonly MapSchema[]): Rollup {
  return new Map(schemas.map((schema) => [schema.id, emptyState(schema)]));
}

/** Moves the rollup on by one frame. Frames are to come in order where a map is not additive. */
export function applyFrame(rollup: Rollup, deltas: readonly MapDelta[]): void {
  for (const delta of deltas) {
    const state = rollup.get(delta.map);
    if (state !== undefined) {
      applyDelta(state, delta);
    }
  }
}

/** Additive maps come out the same whatever the order of the frames; the others hold the newest value. */
export function dependsOnOrder(schemas: readonly MapSchema[]): boolean {
  return schemas.some(({ kind }) => !isAdditive(kind));
}

export function countEntries(rollup: Rollup): number {
  return [...rollup.values()].reduce((sum, { entries }) => sum + entries.size, 0);
}

/** Stored as a FramePayload: the difference of each map from an empty one. */
export function encodeRollup(rollup: Rollup): Uint8Array {
  const maps = [...rollup].map(([map, { entries }]) => encodeMapDelta({ map, entries: [...entries.values()] }));
  return toBinary(FramePayloadSchema, create(FramePayloadSchema, { maps }));
}

/** `bytes` is null for a run of which nothing was rolled up yet. */
export function decodeRollup(bytes: Uint8Array | null, schemas: readonly MapSchema[]): Rollup {
  const rollup = emptyRollup(schemas);
  if (bytes !== null) {
    applyFrame(rollup, decodeDeltas(bytes, rollup));
  }
  return rollup;
}

/** The deltas of a stored payload. */
export function decodeDeltas(payload: Uint8Array, rollup: Rollup): MapDelta[] {
  return fromBinary(FramePayloadSchema, payload).maps.map((map) => decodeMapDelta(map, rollup.get(map.map)?.schema));
}
