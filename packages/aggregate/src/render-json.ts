import { bucketBounds } from './buckets.ts';
import { shownSlots } from './histogram-text.ts';
import type { Entry, MapState } from './map-state.ts';
import { keyText, lastInterval, printedValue, type RenderOptions, shownEntries } from './render-text.ts';
import { type Composite, isNamed, isStack, type MapSchema, type Named, type Scalar } from './schema.ts';
import { stackText } from './stack-text.ts';
import { tseriesJson } from './tseries-text.ts';

/** A map as `bpftrace -f json` prints it: one object on a line, ended by a line feed; nothing for an empty map. */
export function renderMapJson(state: MapState, options: RenderOptions = {}): string {
  const { schema } = state;
  const div = BigInt(Math.max(1, options.div ?? 1));
  const entries = shownEntries(state, options.top);
  if (entries.length === 0) {
    return '';
  }
  const last = lastInterval(schema, entries);
  const values = entries.map((entry) => valueJson(schema, entry, div, last));
  const data =
    schema.key.length === 0
      ? values[0]
      : `{${entries.map((entry, index) => `${keyJson(schema, entry)}: ${values[index]}`).join(', ')}}`;
  return `{"type": "${messageType(schema)}", "data": {${stringJson(schema.name)}: ${data}}}\n`;
}

/** A scalar as `bpftrace -f json` prints it: an integer that a double would change is a string. */
export function scalarJson(value: Scalar): string {
  if (typeof value === 'string') {
    return stringJson(value);
  }
  if (typeof value === 'boolean') {
    return value ? 'true' : 'false';
  }
  if (typeof value === 'object') {
    if (isNamed(value)) return namedJson(value);
    if (!isStack(value)) return compositeJson(value);
    return stringJson(stackText(value));
  }
  return BigInt(Number(value)) === value ? value.toString() : `"${value}"`;
}

/** bpftrace shows the bytes of a buffer as signed numbers. */
function namedJson({ number, bytes }: Named): string {
  if (bytes !== undefined) return `[${bytes.map((byte) => (byte << 24) >> 24).join(',')}]`;
  return number === null ? 'null' : scalarJson(number);
}

function messageType(schema: MapSchema): string {
  switch (schema.kind) {
    case 'avg':
    case 'stats':
      return 'stats';
    case 'hist':
    case 'lhist':
      return 'hist';
    case 'tseries':
      return 'tseries';
    case 'count':
    case 'sum':
    case 'min':
    case 'max':
    case 'value':
      return 'map';
  }
}

/** Parts are joined by a comma, and bpftrace takes every space out of a key. */
function keyJson(schema: MapSchema, entry: Entry): string {
  return stringJson(keyText(schema, entry.key).replaceAll(' ', ''));
}

function valueJson(schema: MapSchema, entry: Entry, div: bigint, last: bigint): string {
  if (schema.kind === 'tseries') return tseriesJson(schema, entry.cells, last);
  if (schema.kind === 'hist' || schema.kind === 'lhist') {
    return histogramJson(schema, entry, div);
  }
  return scalarJson(printedValue(schema, entry, div));
}

function compositeJson({ parts, names }: Composite): string {
  const texts = parts.map(scalarJson);
  if (names === undefined) return `[${texts.join(',')}]`;
  return `{${texts.map((text, index) => `${stringJson(names[index] ?? '')}: ${text}`).join(', ')}}`;
}

function histogramJson(schema: MapSchema, entry: Entry, div: bigint): string {
  const scale = schema.kind === 'hist' ? div : 1n;
  const buckets = shownSlots(entry.cells).map((slot) => {
    const { min, max } = bucketBounds(schema, slot);
    const low = min === null ? '' : `"min": ${scalarJson(min)}, `;
    const high = max === null ? '' : `"max": ${scalarJson(max)}, `;
    return `{${low}${high}"count": ${(entry.cells.get(slot) ?? 0n) / scale}}`;
  });
  return `[${buckets.join(',')}]`;
}

/** bpftrace knows no short escape for backspace and form feed; bytes that are no UTF-8 (lone surrogates here) stay. */
export function stringJson(text: string): string {
  return JSON.stringify(text).replace(/\\(\\|b|f|udc[89a-f][0-9a-f])/g, (found, what: string) => {
    if (what === '\\') return found;
    if (what.startsWith('u')) return String.fromCharCode(Number.parseInt(what.slice(1), 16));
    return what === 'b' ? '\\u0008' : '\\u000c';
  });
}
