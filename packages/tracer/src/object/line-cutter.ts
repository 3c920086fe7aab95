import { decodeText } from '../decode-text.ts';
import { MAX_TEXT } from './value-layout.ts';

const LINE_FEED = 10;

/** Cuts a text that comes in pieces into lines, with their line feeds. A line that is too long for one event is several. */
export class LineCutter {
  /** What is no whole line yet. */
  #rest: Buffer = Buffer.alloc(0);

  /** The lines that a piece completes. `isLast`: the text is over, and what is left is its last line. */
  cut(piece: Buffer, isLast: boolean): string[] {
    const bytes = Buffer.concat([this.#rest, piece]);
    const lines: string[] = [];
    let start = 0;
    while (start < bytes.length) {
      const feed = bytes.indexOf(LINE_FEED, start);
      const isWhole = feed >= 0 && feed - start < MAX_TEXT;
      if (!isWhole && bytes.length - start < MAX_TEXT) break;
      const end = isWhole ? feed + 1 : start + MAX_TEXT;
      lines.push(decodeText(bytes.subarray(start, end)));
      start = end;
    }
    if (isLast && start < bytes.length) {
      lines.push(`${decodeText(bytes.subarray(start))}\n`);
      start = bytes.length;
    }
    // A copy: the piece is filled again.
    this.#rest = Buffer.from(bytes.subarray(start));
    return lines;
  }
}
