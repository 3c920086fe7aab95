import { printable } from '../render/printable.ts';

interface Printed {
  readonly type: string;
  readonly text: string;
  /** Of a fleet. */
  readonly node?: string;
}

/** What a tool prints, as a table: the line that names the columns, once, above the first row, and a line for each row. */
export class PrintedHeading {
  #columns: readonly string[] | undefined;
  readonly #isTable: boolean;

  /** @param columns absent: there is nothing to name */
  constructor(columns: readonly string[] | undefined) {
    this.#columns = columns;
    this.#isTable = columns !== undefined;
  }

  /** As one row: texts in it, as queries and command lines, may have ends of lines of their own, which become spaces. */
  row<P extends Printed>(printed: P): P {
    if (!this.#isTable || printed.type !== 'printf') return printed;
    return { ...printed, text: printed.text.replace(/\n\s*(?=\S)/g, ' ').replace(/\s*\n\s*$/, '\n') };
  }

  /** What comes before a line; empty but for the first. */
  before({ type, node, text }: Printed, severalNodes = false): string {
    if (this.#columns === undefined || type !== 'printf' || text.trim() === '') return '';
    const heading = headingAbove(text, this.#columns);
    this.#columns = undefined;
    return severalNodes ? `${' '.repeat(printable(`${node ?? ''}: `).length)}${heading}\n` : `${heading}\n`;
  }
}

/**
 * Each name above its column, where the line has as many. Columns are told by two spaces between them, for names of threads have
 * spaces in them; where they are too few so, by one. The last may have spaces in it.
 */
export function headingAbove(line: string, columns: readonly string[]): string {
  const [apart, words] = [/\S+(?: \S+)*/g, /\S+/g].map((cell) => [...line.matchAll(cell)].map(({ index }) => index));
  const starts = (apart as number[]).length >= columns.length ? (apart as number[]) : (words as number[]);
  let heading = '';
  for (const [index, column] of columns.entries()) {
    const gap = heading === '' ? 0 : heading.length + 1;
    heading = `${heading.padEnd(Math.max(gap, starts[index] ?? 0))}${column.toUpperCase()}`;
  }
  return heading;
}
