import { contestants, ofTarget, type Row, ratios, reached } from './row.ts';
import type { Spread } from './statistics.ts';

/** The rows as people read them: medians, with the smallest and largest sample, and ratios of ours. */
export function table(title: string, rows: readonly Row[]): string {
  const used = contestants.filter((each) => rows.some(({ values }) => values[each]));
  const others = used.filter((each) => each !== 'ours');
  const cells = [
    [title, ...used, ...others.map((each) => `ours/${each}`), 'reach'],
    ...rows.map((row) => [
      `${row.name}, ${row.unit}`,
      ...used.map((each) => cell(row.values[each])),
      ...others.map((each) => ratios(row)[each]?.toFixed(2) ?? '-'),
      goal(row),
    ]),
  ];
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = cells.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function cell(value: Spread | undefined): string {
  if (!value) return '-';
  const number = (each: number) => each.toFixed(each < 10 ? 2 : each < 100 ? 1 : 0);
  return value.samples === 1
    ? number(value.median)
    : `${number(value.median)} (${number(value.low)}-${number(value.high)})`;
}

function goal(row: Row): string {
  const is = reached(row);
  const part = ofTarget(row);
  const times = part === null ? '' : ` (${part.toFixed(2)} of it)`;
  return is === null ? asked(row) : `${asked(row)}: ${is ? 'yes' : 'NO'}${times}`;
}

function asked({ reach, most, least }: Row): string {
  if (reach) return `<= ${reach.times} x ${reach.of}`;
  if (most !== undefined) return `<= ${most}`;
  return least === undefined ? '' : `>= ${least}`;
}
