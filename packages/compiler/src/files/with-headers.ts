import { fileMarker, type MarkedFile } from '../source/text.ts';
import type { FileFinder, ScriptFile } from './file-finder.ts';

const include = /^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>).*$/;

/** How often headers may be put into one script: one that includes itself without a guard would never end. */
const MAX_HEADERS = 256;

/**
 * Puts headers in the place of the `#include` that names them, with a line before that says which file it is and one
 * after it that says where the text goes on: see SourceText. A header that is not found stays named: whether that is an
 * error depends on the `#if` around it.
 */
export class Headers {
  readonly #find: FileFinder['header'];
  #left = MAX_HEADERS;

  constructor(find: FileFinder['header']) {
    this.#find = find;
  }

  /** How many were put into anything. */
  get used(): number {
    return MAX_HEADERS - this.#left;
  }

  /** `marked`: how the text calls the file. */
  within(file: ScriptFile, marked: MarkedFile): string {
    if (!file.source.includes('#')) return file.source;
    return file.source
      .split('\n')
      .map((line, index) => this.#line(line, file, fileMarker(marked, index + 2)))
      .join('\n');
  }

  /** A header on lines of its own. */
  text(header: ScriptFile): string {
    const marked = { name: header.name, header: true };
    const text = this.within(header, marked);
    return `${fileMarker(marked)}${text}${text.endsWith('\n') ? '' : '\n'}`;
  }

  #line(line: string, from: ScriptFile, goesOn: string): string {
    const [, quoted, angled] = include.exec(line) ?? [];
    const name = quoted ?? angled;
    const header = name === undefined || this.#left === 0 ? undefined : this.#find(name, quoted !== undefined, from);
    if (header === undefined) return line;
    this.#left--;
    return `${this.text(header)}${goesOn.trimEnd()}`;
  }
}
