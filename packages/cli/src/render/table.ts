import { type Paint, plain } from '../terminal.ts';
import { printable } from './printable.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Cut to fit where the table is wider than the terminal. */
  readonly flexible?: boolean;
}

export interface TableOptions {
  /** Columns of the terminal; unlimited without. */
  readonly width?: number | undefined;
  readonly paint?: Paint;
  /** Paints a cell after it was padded. */
  readonly paintCell?: (text: string, row: number, column: number) => string;
}

const GAP = '  ';
const NARROWEST = 8;

/** A table with a heading, ended by a line feed. Cells are escaped for the terminal. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const { paint = plain, paintCell = (text: string) => text } = options;
  const cells = rows.map((row) => columns.map((_, index) => printable(row[index] ?? '')));
  const widths = fit(
    columns,
    columns.map(({ title }, index) => Math.max(length(title), ...cells.map((row) => length(row[index] as string)))),
    options.width,
  );
  const line = (row: readonly string[], style: (text: string, column: number) => string) =>
    columns
      .map(({ align }, index) => {
        const text = cut(row[index] as string, widths[index] as number);
        const space = ' '.repeat((widths[index] as number) - length(text));
        const styled = style(text, index);
        if (align === 'right') {
          return `${space}${styled}`;
        }
        return index === columns.length - 1 ? styled : `${styled}${space}`;
      })
      .join(GAP)
      .trimEnd();
  const heading = line(
    columns.map(({ title }) => title),
    (text) => paint('dim', text),
  );
  const body = cells.map((row, index) => line(row, (text, column) => paintCell(text, index, column)));
  return [heading, ...body].map((text) => `${text}\n`).join('');
}

/** Takes from the widest flexible columns what the table is too wide. */
function fit(columns: readonly Column[], natural: readonly number[], width: number | undefined): number[] {
  const widths = [...natural];
  let over = width === undefined ? 0 : widths.reduce((sum, each) => sum + each + GAP.length, -GAP.length) - width;
  while (over > 0) {
    const flexible = widths.filter((each, index) => columns[index]?.flexible && each > NARROWEST);
    if (flexible.length === 0) {
      break;
    }
    widths[widths.indexOf(Math.max(...flexible), 0)] = Math.max(...flexible) - 1;
    over -= 1;
  }
  return widths;
}

function cut(text: string, width: number): string {
  return length(text) <= width ? text : `${[...text].slice(0, width - 1).join('')}…`;
}

function length(text: string): number {
  return [...text].length;
}
