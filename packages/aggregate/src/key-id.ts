import type { MapState } from './map-state.ts';
import { isNamed, isStack, type MapSchema, type Scalar } from './schema.ts';
import { stackId } from './stack-text.ts';

/** Identity of a key within its map: equal for equal keys, and only for those. */
export function keyId(key: readonly Scalar[]): string {
  return key.map(partId).join(',');
}

function partId(part: Scalar): string {
  if (typeof part === 'bigint') return part.toString();
  if (typeof part === 'string') return JSON.stringify(part);
  if (typeof part === 'boolean') return part ? 'true' : 'false';
  // The text alone: a node that is told of it from afar has nothing else.
  if (isNamed(part)) return JSON.stringify(part.text);
  // No other part begins so: stacks are arrays of arrays, texts begin with a quotation mark.
  return isStack(part) ? stackId(part) : `${part.kind}${JSON.stringify(part.names ?? [])}(${keyId(part.parts)})`;
}

export function emptyState(schema: MapSchema): MapState {
  return { schema, entries: new Map() };
}
