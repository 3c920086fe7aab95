import type { Comparison, EntryComparison, MapComparison, QuantileShift } from '@bpfleet/aggregate';
import type { Paint } from '../terminal.ts';
import { keyColumns } from './key-columns.ts';
import { grouped, plural } from './number.ts';
import { printable } from './printable.ts';
import { keyTexts, scalarText } from './scalar-text.ts';
import { type Column, renderTable } from './table.ts';

export interface ComparisonOptions {
  readonly paint: Paint;
  readonly width: number | undefined;
  /** Only so many entries of each map, those that differ most; 0 shows all. */
  readonly top: number;
  readonly groupTitle?: string;
}

/** A comparison as people read it: a table a map, what differs most last; then what could not be compared. */
export function renderComparison({ maps, notCompared }: Comparison, options: ComparisonOptions): string {
  const tables = maps.filter(({ entries }) => entries.length > 0).map((map) => `${renderMap(map, options)}\n`);
  const rest = notCompared.map(({ name, reason }) => `${printable(name)}: not compared, ${printable(reason)}\n`);
  return [...tables, ...rest].join('');
}

function renderMap(map: MapComparison, options: ComparisonOptions): string {
  const { paint, width, top } = options;
  const shown = top === 0 ? map.entries : map.entries.slice(-top);
  const hidden = map.entries.length - shown.length;
  const keys = map.entries.length === 1 ? '1 key' : `${grouped(map.entries.length)} keys`;
  const facts = `(${map.kind}): ${keys}, ${map.changed === 0 ? 'no difference' : `${grouped(map.changed)} differ`}`;
  const title = `${paint('bold', printable(map.name))} ${paint('dim', facts)}\n`;
  const rest =
    hidden > 0
      ? `${paint('dim', `... ${plural(hidden, 'key')} left out, with less difference; --top 0 shows all`)}\n`
      : '';
  const histogram = map.kind === 'hist' || map.kind === 'lhist';
  const rows = shown.map((entry) => [...identity(map, entry), ...(histogram ? shapes(entry) : values(entry))]);
  return `${title}${rest}${renderTable(columns(map, histogram, options.groupTitle), rows, { width, paint })}`;
}

function columns(map: MapComparison, histogram: boolean, groupTitle: string | undefined): Column[] {
  const grouping: Column[] = groupTitle === undefined ? [] : [{ title: groupTitle, flexible: true }];
  const titles = histogram
    ? ['COUNT A', 'COUNT B', 'DISTANCE', 'P50', 'P90', 'P99']
    : ['A', 'B', 'DIFFERENCE', 'RATIO'];
  return [...grouping, ...keyColumns(map), ...titles.map((title): Column => ({ title, align: 'right' }))];
}

function identity(map: MapComparison, { group, key }: EntryComparison): string[] {
  return [...(group === undefined ? [] : [group]), ...keyTexts(map.key, key)];
}

function values({ a, b, difference, ratio }: EntryComparison): string[] {
  return [valueText(a), valueText(b), difference === null ? '-' : signed(difference), ratioText(ratio)];
}

/** `6.5 ±2`, `15 → 31, +16 (1 to 23)`: in brackets what the true shift is between. */
function shapes({ a, b, distance = null, distanceError = null, shift }: EntryComparison): string[] {
  const far =
    distance === null ? '-' : `${numberText(distance)} ±${distanceError === null ? '?' : numberText(distanceError)}`;
  return [valueText(a), valueText(b), far, ...[shift?.p50, shift?.p90, shift?.p99].map(shiftText)];
}

function shiftText(shift: QuantileShift | undefined): string {
  if (shift === undefined) return '-';
  const { a, b, difference, min, max } = shift;
  const bounds = `${min === null ? '...' : numberText(min)} to ${max === null ? '...' : numberText(max)}`;
  return `${numberText(a)} → ${numberText(b)}, ${signed(difference)} (${bounds})`;
}

function valueText(value: EntryComparison['a']): string {
  if (value === null) return '-';
  return typeof value === 'number' ? numberText(value) : scalarText(value);
}

function ratioText(ratio: number | null): string {
  return ratio === null ? '-' : `${numberText(ratio)}x`;
}

function signed(value: number | string): string {
  const text = typeof value === 'number' ? numberText(value) : grouped(value);
  return text.startsWith('-') || text === '0' ? text : `+${text}`;
}

/** Whole numbers in full, others to four digits. */
function numberText(value: number): string {
  if (Number.isInteger(value)) return grouped(value);
  return Math.abs(value) >= 1_000 ? grouped(Math.round(value)) : String(Number(value.toPrecision(4)));
}
