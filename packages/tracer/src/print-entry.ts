import { keyId, type MapState, printedValue, renderMap, type Scalar } from '@bpfleet/aggregate';
import type { TraceEvent } from './api.ts';

/**
 * print(@m[k]): of a histogram and of stats the entry as the map would print it, of other aggregates the value alone,
 * as bpftrace has it; without an entry 0, or nothing.
 */
export function printEntry({ schema, entries }: MapState, key: readonly Scalar[]): Omit<TraceEvent, 'at'> {
  const entry = entries.get(keyId(key));
  if (schema.kind === 'hist' || schema.kind === 'lhist' || schema.kind === 'stats') {
    const state = { schema, entries: new Map(entry === undefined ? [] : [[keyId(key), entry]]) };
    return { type: 'map', text: renderMap(state), values: [], map: { state, top: 0, div: 1 } };
  }
  const value = entry === undefined ? 0n : printedValue(schema, entry, 1n);
  if (typeof value !== 'bigint') throw new TypeError(`${schema.name} holds no numbers`);
  return { type: 'value', text: `${value}\n`, values: [value] };
}
