/** A line and column as people count: both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where a line of a text comes from. */
export interface Origin {
  /** Absent: from the script itself. */
  readonly file?: string;
  readonly line: number;
}

/**
 * `# 1 "name"`, as C's preprocessor writes it: what follows is that file, from that line on; an empty name is the script
 * itself. `3` after the name says that it is a header: C. So one text carries a script with the files that it names.
 */
const markers = /^# ([0-9]{1,7}) "([^"\n]*)"( 3)?\r?$/gm;

/** Lines of one file that follow one another. */
interface Section extends Origin {
  /** Of the text, the first that is of the file. */
  readonly from: number;
}

/** A file within a text. */
export interface MarkedFile {
  /** Empty: the script itself. */
  readonly name: string;
  readonly header: boolean;
}

/** The file that goes on after a line; undefined where the line is no marker. */
export function markedFile(line: string): MarkedFile | undefined {
  const [match] = line.matchAll(markers);
  return match === undefined ? undefined : { name: match[2] ?? '', header: match[3] !== undefined };
}

/** The line that says of which file the next one is, and which of its lines; with its end. */
export function fileMarker({ name, header }: MarkedFile, line = 1): string {
  return `# ${line} "${name.replaceAll(/["\n\r]/g, '?')}"${header ? ' 3' : ''}\n`;
}

/** Source text that knows where its lines begin. */
export class SourceText {
  readonly text: string;
  readonly #lineStarts: number[] = [0];
  readonly #sections: Section[] = [{ from: 1, line: 1 }];

  constructor(text: string) {
    this.text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
    if (!text.includes('# ')) return;
    for (const { index, 1: line, 2: file = '' } of text.matchAll(markers)) {
      const from = this.position(index).line + 1;
      this.#sections.push({ from, line: Number(line), ...(file === '' ? {} : { file }) });
    }
  }

  position(offset: number): Position {
    const clamped = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= clamped) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: clamped - (this.#lineStarts[low] ?? 0) + 1 };
  }

  /** The file that a line of the text comes from, and its number there. */
  origin(line: number): Origin {
    const { from, ...first } = this.#sections.findLast((section) => section.from <= line) ?? { from: 1, line: 1 };
    return { ...first, line: first.line + line - from };
  }

  /** A line without its end; empty where there is none. */
  line(number: number): string {
    const start = this.#lineStarts[number - 1];
    if (start === undefined) return '';
    const next = this.#lineStarts[number];
    const end = next === undefined ? this.text.length : next - 1;
    return this.text.slice(start, end).replace(/\r$/, '');
  }
}
