import type { ResultMap } from '@bpfleet/client';
import { isNumber } from './scalar-text.ts';
import type { Column } from './table.ts';

/** A column for each part of a map's key. `called`: what a tool's manifest calls them, which goes before what the program does. */
export function keyColumns(
  { key, keyNames }: Pick<ResultMap, 'key' | 'keyNames'>,
  called: readonly string[] = [],
): Column[] {
  const known = keyNames?.map((name) => (name === '' ? undefined : name));
  return key.map((type, index) => ({
    title: (called[index] ?? known?.[index])?.toUpperCase() ?? (key.length === 1 ? 'KEY' : `KEY ${index + 1}`),
    ...(isNumber(type) ? { align: 'right' } : { flexible: true }),
  }));
}
