import { applyDelta, emptyState, type MapSchema, type MapState } from '@bpfleet/aggregate';
import { decodeMapDelta, FramePayloadSchema, fromBinary } from '@bpfleet/contracts';

/** A stored rollup as states by map id; `bytes` is null for a run of which nothing was rolled up yet. */
export function readStates(bytes: Uint8Array | null, schemas: readonly MapSchema[]): Map<number, MapState> {
  const states = new Map(schemas.map((schema) => [schema.id, emptyState(schema)]));
  for (const message of bytes === null ? [] : fromBinary(FramePayloadSchema, bytes).maps) {
    const state = states.get(message.map);
    if (state !== undefined) applyDelta(state, decodeMapDelta(message, state.schema));
  }
  return states;
}
