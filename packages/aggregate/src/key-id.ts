import type { MapState } from './map-state.ts';
import type { MapSchema, Scalar } from './schema.ts';
import { stackId } from './stack-text.ts';

/** Identity of a key within its map: equal for equal keys, and only for those. */
export function keyId(key: readonly Scalar[]): string {
  return key.map(partId).join(',');
}

function partId(part: Scalar): string {
  if (typeof part === 'bigint') return part.toString();
  return typeof part === 'string' ? JSON.stringify(part) : stackId(part);
}

export function emptyState(schema: MapSchema): MapState {
  return { schema, entries: new Map() };
}
