/** Longest line that is read, in characters: V8 makes no string of 2^29 or more. */
export const longestLine = 500_000_000;

/**
 * Cuts text that comes in chunks into lines, at any of the ends that the HTML standard knows (section 9.2.6). What a line begins with is not
 * looked through again with each chunk: a document of 100 MB is one line.
 */
export class Lines {
  /** Of the line that has not ended. */
  #rest = '';
  /** The last chunk ended with \r, and the next may begin with the \n that belongs to it. */
  #returned = false;
  readonly #longest: number;

  constructor(longest = longestLine) {
    this.#longest = longest;
  }

  /** The lines that end in this chunk. Throws RangeError where one does not end. */
  push(chunk: string): string[] {
    const text = this.#returned ? `\r${chunk}` : chunk;
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    const last = lines.pop() ?? '';
    if (lines.length > 0) {
      lines[0] = this.#rest + lines[0];
      this.#rest = '';
    }
    this.#returned = last.endsWith('\r');
    this.#rest += this.#returned ? last.slice(0, -1) : last;
    if (this.#rest.length > this.#longest) {
      throw new RangeError(`The answer of the controller has a line of more than ${this.#longest} characters.`);
    }
    return lines;
  }

  /** What came after the last end of a line. */
  get rest(): string {
    return this.#rest;
  }
}
