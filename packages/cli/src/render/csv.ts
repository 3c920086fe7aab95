import type { ResultDocument, ResultEntry, ResultMap } from '@bpfleet/client';
import { keyTexts, scalarText } from './scalar-text.ts';

const fields = ['value', 'count', 'total', 'average', 'p50', 'p90', 'p99'] as const;

/** Every entry of every map as CSV (RFC 4180), a row a bucket for histograms; key parts in columns of their own. */
export function renderCsv(maps: ResultDocument['maps']): string {
  const parts = Math.max(0, ...maps.map(({ key }) => key.length));
  const keys = Array.from({ length: parts }, (_, index) => `key${index + 1}`);
  const header = ['map', 'kind', 'group', ...keys, ...fields, 'bucket_min', 'bucket_max', 'bucket_count', 'nodes'];
  const rows = maps.flatMap((map) => map.entries.flatMap((entry) => rowsOf(map, entry, parts)));
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function rowsOf(map: ResultMap, entry: ResultEntry, parts: number): unknown[][] {
  const texts = keyTexts(map.key, entry.key);
  const key = Array.from({ length: parts }, (_, index) => texts[index]);
  const start = [
    map.name,
    map.kind,
    entry.group,
    ...key,
    ...fields.map((field) => {
      const value = entry[field];
      return value === undefined ? undefined : scalarText(value);
    }),
  ];
  if (entry.buckets === undefined) {
    return [[...start, undefined, undefined, undefined, entry.nodes]];
  }
  return entry.buckets.map(({ min, max, count }) => [...start, min, max, count, entry.nodes]);
}

function cell(value: unknown): string {
  const text = value === undefined || value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
