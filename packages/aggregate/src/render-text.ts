import { renderHistogram } from './histogram-text.ts';
import { asInteger } from './integer.ts';
import type { Entry, MapState } from './map-state.ts';
import { averageOf, orderEntries } from './order.ts';
import { scalarText } from './scalar-text.ts';
import type { MapSchema, Scalar } from './schema.ts';
import { newestInterval } from './tseries.ts';
import { renderTseries } from './tseries-text.ts';

export interface RenderOptions {
  /** Only the last (largest) so many entries. */
  readonly top?: number;
  /** Values are divided by this, towards zero. */
  readonly div?: number;
}

/**
 * A map as bpftrace 0.27 prints it, byte for byte, with its line ends; nothing for an empty one.
 * Where bpftrace's own order is left to chance (equal values), ours is by key.
 */
export function renderMap(state: MapState, options: RenderOptions = {}): string {
  const { schema } = state;
  const div = BigInt(Math.max(1, options.div ?? 1));
  const entries = shownEntries(state, options.top);
  const last = lastInterval(schema, entries);
  return entries
    .map((entry) => {
      const name = schema.key.length === 0 ? schema.name : `${schema.name}[${keyText(schema, entry.key)}]`;
      switch (schema.kind) {
        case 'hist':
        case 'lhist':
          return `${name}:\n${renderHistogram(schema, entry.cells, div)}\n`;
        case 'tseries':
          return `${name}:\n${renderTseries(schema, entry.cells, last)}\n`;
        default:
          return `${name}: ${valueText(schema, entry, div)}\n`;
      }
    })
    .join('');
}

/** The entries in the order in which bpftrace prints them, cut to the last `top`. */
export function shownEntries(state: MapState, top = 0): Entry[] {
  const { schema } = state;
  // bpftrace compares minima and maxima as unsigned, also where they are negative.
  const unsigned = schema.kind === 'min' || schema.kind === 'max' ? { ...schema, signed: false } : schema;
  const entries = orderEntries(unsigned, state.entries.values());
  // bpftrace shows every time series.
  return top > 0 && schema.kind !== 'tseries' ? entries.slice(-top) : entries;
}

/** The newest interval that any entry has: all series of a map end with it. */
export function lastInterval(schema: MapSchema, entries: readonly Entry[]): bigint {
  if (schema.kind !== 'tseries') return 0n;
  let last = 0n;
  for (const { cells } of entries) {
    const newest = newestInterval(cells);
    if (newest > last) last = newest;
  }
  return last;
}

/** A key as it stands between the brackets. */
export function keyText(schema: MapSchema, key: readonly Scalar[]): string {
  const text = key
    .map((part, index) => {
      const value = typeof part === 'bigint' ? asInteger(part, schema.key[index] !== 'uint') : part;
      return scalarText(value);
    })
    .join(', ');
  // bpftrace takes the parentheses of a tuple off the text, and so also those of a string such as "(sd-pam)".
  return text.length >= 2 && text.startsWith('(') && text.endsWith(')') ? text.slice(1, -1) : text;
}

function valueText(schema: MapSchema, entry: Entry, div: bigint): string {
  return scalarText(printedValue(schema, entry, div));
}

/** What is printed of an entry that is no histogram; only the average of stats is divided. */
export function printedValue(schema: MapSchema, entry: Entry, div: bigint): Scalar {
  const cell = (slot: number) => entry.cells.get(slot) ?? 0n;
  switch (schema.kind) {
    case 'count':
      return cell(0) / div;
    case 'sum':
    case 'min':
    case 'max':
      return asInteger(cell(0), schema.signed) / div;
    case 'avg':
      return averageOf(schema, entry) / div;
    case 'stats':
      return {
        kind: 'record',
        names: ['count', 'average', 'total'],
        parts: [cell(0), averageOf(schema, entry) / div, asInteger(cell(1), schema.signed)],
      };
    case 'value': {
      const value = entry.value ?? 0n;
      return typeof value === 'bigint' ? asInteger(value, schema.signed) / div : value;
    }
    case 'hist':
    case 'lhist':
    case 'tseries':
      throw new TypeError(`${schema.name} is no one value`);
  }
}
