import type { MapState } from './map-state.ts';
import type { MapSchema, Scalar } from './schema.ts';

/** Identity of a key within its map: equal for equal keys, and only for those. */
export function keyId(key: readonly Scalar[]): string {
  return key.map((part) => (typeof part === 'string' ? JSON.stringify(part) : part.toString())).join(',');
}

export function emptyState(schema: MapSchema): MapState {
  return { schema, entries: new Map() };
}
