import type { Cells } from './map-state.ts';
import type { MapSchema } from './schema.ts';
import { intervalsOf, tseriesShape } from './tseries.ts';

const WIDTH = 53;
/** Columns of the smallest value; the largest ends with the graph. */
const FIRST = 21;
const SECOND = 1_000_000_000n;
const MIN_INT64 = -(1n << 63n);

/** Digits of the second that are shown, and what says so in the heading. */
interface Precision {
  readonly digits: number;
  readonly unit: string;
  /** Columns that bpftrace keeps for it. */
  readonly columns: number;
}

const precisions: readonly (Precision & { readonly from: bigint })[] = [
  { from: SECOND, digits: 0, unit: '', columns: 8 },
  { from: 1_000_000n, digits: 3, unit: '.ms', columns: 12 },
  { from: 1_000n, digits: 6, unit: '.μs', columns: 15 },
  { from: 0n, digits: 9, unit: '.ns', columns: 18 },
];

/**
 * A time series as bpftrace 0.27 draws it, a line an interval up to that with the number `last`, which the series of a
 * map share.
 */
export function renderTseries(schema: MapSchema, cells: Cells, last: bigint): string {
  const found = intervalsOf(schema, cells, last);
  const [first] = found;
  if (first === undefined) return '<no data>';
  const { interval } = tseriesShape(schema);
  const values = found.map(({ value }) => value);
  const { min, max } = range(values, schema.signed);
  const lines = Number(last - first.number) + 1;
  // Of one interval alone bpftrace does not know how long it is.
  const precision = precisionOf(lines > 1 ? interval : 0n);
  const margin = ' '.repeat(precision.columns + 1);
  // Both numbers in the graph's width; unlike padEnd, a long one pushes the other.
  const bounds = `${margin}${`${min}`.padEnd(FIRST)}${`${max}`.padStart(WIDTH - FIRST)}\n`;
  const zero = min < 0n && max > 0n ? offsetOf(-min, max - min, WIDTH) : 0;
  const byNumber = new Map(found.map(({ number, value }) => [number, value]));
  const rows = Array.from({ length: lines }, (_, index) => {
    const number = first.number + BigInt(index);
    const value = byNumber.get(number);
    const line = Array.from({ length: WIDTH }, () => ' ');
    line[0] = '|';
    line[WIDTH - 1] = '|';
    if (zero > 0) line[zero] = '.';
    if (value !== undefined) line[Math.min(WIDTH - 1, offsetOf(value - min, max - min, WIDTH - 1))] = '*';
    return `${clock(number * interval, precision.digits)} ${line.join('')} ${value ?? '-'}\n`;
  });
  const rule = '_'.repeat(WIDTH - 2);
  const heading = `hh:mm:ss${precision.unit}`.padEnd(precision.columns + 1);
  return `${bounds}${heading}|${rule}|\n${rows.join('')}${margin}v${rule}v\n${bounds}`;
}

/** As JSON: only the intervals that have a value, which bpftrace does not make strings of. */
export function tseriesJson(schema: MapSchema, cells: Cells, last: bigint): string {
  const points = intervalsOf(schema, cells, last).map(
    ({ start, value }) => `{"interval_start":"${utc(start)}","value":${value}}`,
  );
  return `[${points.join(',')}]`;
}

/** One apart at least, so that a point is between the edges. */
function range(values: readonly bigint[], signed: boolean): { min: bigint; max: bigint } {
  const ascending = values.toSorted((a, b) => (a < b ? -1 : 1));
  const [min = 0n, max = min] = [ascending[0], ascending.at(-1)];
  if (min !== max) return { min, max };
  const [lowest, highest] = signed ? [MIN_INT64, -MIN_INT64 - 1n] : [0n, (1n << 64n) - 1n];
  return { min: min > lowest ? min - 1n : min, max: max < highest ? max + 1n : max };
}

/** How far along the width a value is. bpftrace counts in single precision. */
function offsetOf(distance: bigint, span: bigint, width: number): number {
  const product = Math.fround(width * Math.fround(Number(distance)));
  return Math.trunc(Math.fround(product / Math.fround(Number(span))));
}

function precisionOf(interval: bigint): Precision {
  return precisions.find(({ from }) => interval >= from) as Precision;
}

/** The time of day here, with so many digits of the second. */
function clock(ns: bigint, digits: number): string {
  const time = new Date(Number(ns / 1_000_000n));
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return `${parts.map((part) => `${part}`.padStart(2, '0')).join(':')}${digits === 0 ? '' : `.${fractionOf(ns).slice(0, digits)}`}`;
}

function utc(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19).replace('T', ' ');
  return `${seconds}.${fractionOf(ns)}`;
}

function fractionOf(ns: bigint): string {
  return `${ns % SECOND}`.padStart(9, '0');
}
