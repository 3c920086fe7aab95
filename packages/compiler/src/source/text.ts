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
 * itself. So one text carries a script with the files that it imports.
 */
const markers = /^# ([0-9]{1,7}) "([^"\n]*)"\r?$/gm;

/** Lines of one file that follow one another. */
interface Section extends Origin {
  /** Of the text, the first that is of the file. */
  readonly from: number;
}

/** The name of the file that a line begins; undefined where it begins none. */
export function markedFile(line: string): string | undefined {
  return [...line.matchAll(markers)][0]?.[2];
}

/** The line that begins a file within a text; with its end. */
export function fileMarker(file: string): string {
  return `# 1 "${file.replaceAll(/["\n\r]/g, '?')}"\n`;
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
