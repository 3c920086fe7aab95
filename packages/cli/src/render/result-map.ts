import type { ResultEntry, ResultMap } from '@bpfleet/client';
import type { ToolOutput } from '@bpfleet/tools';
import type { Paint } from '../terminal.ts';
import { documentHistogram } from './document-histogram.ts';
import { keyColumns } from './key-columns.ts';
import { grouped, plural } from './number.ts';
import { printable } from './printable.ts';
import { keyTexts, scalarText } from './scalar-text.ts';
import { type Column, renderTable } from './table.ts';

export interface ResultMapOptions {
  readonly paint: Paint;
  readonly width: number | undefined;
  /** Only the largest so many entries of each group; 0 shows all. */
  readonly top: number;
  /** What the groups are: `NODE`, `WINDOW`, the label's name. */
  readonly groupTitle?: string;
  /** What the tool says of it. */
  readonly output?: ToolOutput | undefined;
}

/** A merged map as people read it: a table, or a histogram an entry; ascending, as bpftrace prints. */
export function renderResultMap(map: ResultMap, options: ResultMapOptions): string {
  const { paint } = options;
  const shown = topEntries(map.entries, options.top);
  const { summary, unit } = options.output ?? {};
  const says = summary === undefined ? '' : `: ${summary}`;
  const kind = unit === undefined ? map.kind : `${map.kind}, ${unit}`;
  const title = `${paint('bold', printable(map.name))}${says} ${paint('dim', `(${kind})`)}\n`;
  const rest = restText(map, shown, paint);
  const histogram = map.kind === 'hist' || map.kind === 'lhist';
  const body = histogram
    ? shown.map((entry) => histogramText(map, entry, options)).join('\n')
    : map.kind === 'tseries'
      ? renderTable(
          columns(map, options),
          shown.flatMap((entry) => seriesRows(map, entry)),
          { width: options.width, paint },
        )
      : renderTable(
          columns(map, options),
          shown.map((entry) => row(map, entry)),
          { width: options.width, paint },
        );
  return `${title}${rest}${body}`;
}

/** How many are not shown, and of what is added up what they come to. */
function restText({ entries, kind }: ResultMap, shown: readonly ResultEntry[], paint: Paint): string {
  const hidden = entries.length - shown.length;
  if (hidden === 0) return '';
  const seen = new Set(shown);
  const values = entries
    .filter((entry) => !seen.has(entry))
    .map(({ value, total, count }) => value ?? total ?? count ?? 0);
  const sums = ['count', 'sum', 'stats', 'hist', 'lhist'].includes(kind);
  const total = sums ? values.reduce<bigint>((sum, value) => sum + BigInt(value as number | string), 0n) : null;
  const together = total === null ? '' : `, ${grouped(`${total}`)} together`;
  return `${paint('dim', `... ${plural(hidden, 'smaller one')} left out${together}; --top 0 shows all`)}\n`;
}

/** The last `top` of each group, which are its largest; groups keep their order. */
export function topEntries(entries: readonly ResultEntry[], top: number): ResultEntry[] {
  if (top === 0) {
    return [...entries];
  }
  return [...Map.groupBy(entries, ({ group }) => group).values()].flatMap((group) => group.slice(-top));
}

function columns(map: ResultMap, { groupTitle, output }: ResultMapOptions): Column[] {
  const keys = keyColumns(map, output?.keys);
  if (map.kind === 'tseries') keys.push({ title: 'FROM' });
  const unit = output?.unit?.toUpperCase();
  const of = unit === undefined ? '' : ` ${unit}`;
  const parts =
    map.kind === 'avg' || map.kind === 'stats' ? ['COUNT', `AVERAGE${of}`, `TOTAL${of}`] : [unit ?? 'VALUE'];
  const grouping: Column[] = groupTitle === undefined ? [] : [{ title: groupTitle, flexible: true }];
  const measured = [...parts, 'NODES'].map((title): Column => ({ title, align: 'right' }));
  return stacksLast(map, grouping, keys, measured, (stacks) => ({
    title: stacks.map(({ title }) => title).join(STACK_SEPARATOR),
    flexible: true,
  }));
}

function row(map: ResultMap, entry: ResultEntry): string[] {
  const values =
    entry.average === undefined
      ? [typeof entry.value === 'number' ? grouped(entry.value) : scalarText(entry.value ?? '')]
      : [grouped(entry.count ?? 0), grouped(entry.average), grouped(entry.total ?? 0)];
  const group = entry.group === undefined ? [] : [entry.group];
  return stacksLast(map, group, keyTexts(map.key, entry.key), [...values, grouped(entry.nodes)], joinStacks);
}

/** Stacks are long: what was measured comes before them, where it is seen; several of them share the last column. */
function stacksLast<T>(
  { key }: ResultMap,
  group: readonly T[],
  keys: readonly T[],
  measured: readonly T[],
  join: (stacks: readonly T[]) => T,
): T[] {
  const isStack = (_: T, index: number) => key[index] === 'stack';
  const others = keys.filter((each, index) => !isStack(each, index));
  const stacks = keys.filter(isStack);
  return [...group, ...others, ...measured, ...(stacks.length > 1 ? [join(stacks)] : stacks)];
}

/** As folded stacks have it, which frames are of which is told by what is between them. */
const STACK_SEPARATOR = ' -- ';

function joinStacks(stacks: readonly string[]): string {
  return stacks.join(STACK_SEPARATOR).trim();
}

/** A row an interval. */
function seriesRows(map: ResultMap, entry: ResultEntry): string[][] {
  return (entry.series ?? []).map(({ start, value }) => {
    const from = new Date(Number(BigInt(start) / 1_000_000n)).toISOString();
    const group = entry.group === undefined ? [] : [entry.group];
    const measured = [typeof value === 'number' ? grouped(value) : value, grouped(entry.nodes)];
    return stacksLast(map, group, [...keyTexts(map.key, entry.key), from], measured, joinStacks);
  });
}

function histogramText(map: ResultMap, entry: ResultEntry, { paint, groupTitle, output }: ResultMapOptions): string {
  const key =
    entry.key.length === 0
      ? ''
      : `[${keyTexts(map.key, entry.key)
          .map((text) => printable(text))
          .join(', ')}]`;
  const group = entry.group === undefined ? '' : ` ${groupTitle?.toLowerCase() ?? ''} ${printable(entry.group)}`;
  const quantiles = (['p50', 'p90', 'p99'] as const)
    .filter((name) => entry[name] !== undefined)
    .map((name) => `${name} ${grouped(entry[name] ?? 0)}${output?.unit === undefined ? '' : ` ${output.unit}`}`);
  const facts = [plural(entry.count ?? 0, 'value'), plural(entry.nodes, 'node'), ...quantiles].join(', ');
  return `${printable(map.name)}${key}${group}: ${paint('dim', facts)}\n${documentHistogram(map.kind, entry.buckets ?? [])}`;
}
