import { stripVTControlCharacters } from 'node:util';

type Screen = Pick<NodeJS.WriteStream, 'write' | 'columns' | 'rows'>;

/**
 * Lines at the bottom of a terminal that are drawn again and again, with what stays scrolling by above them.
 * Does nothing but pass on what stays where the screen is null.
 */
export class LiveBlock {
  readonly #screen: Screen | null;
  #drawn = 0;
  #text = '';

  constructor(screen: Screen | null) {
    this.#screen = screen;
  }

  /** Replaces the block. Each line must fit the terminal. */
  show(text: string): void {
    this.#erase();
    this.#text = text;
    this.#draw();
  }

  /** Runs `write`, which prints what stays, above the block. */
  above(write: () => void): void {
    this.#erase();
    write();
    this.#draw();
  }

  clear(): void {
    this.#erase();
    this.#text = '';
  }

  #erase(): void {
    if (this.#screen !== null && this.#drawn > 0) {
      this.#screen.write(`\u001b[${this.#drawn}A\r\u001b[J`);
    }
    this.#drawn = 0;
  }

  #draw(): void {
    if (this.#screen === null || this.#text === '') {
      return;
    }
    // A block that is taller than the screen could not be erased: its upper part has scrolled away.
    const lines = this.#text
      .replace(/\n$/, '')
      .split('\n')
      .slice(-Math.max(1, (this.#screen.rows || 24) - 1));
    const columns = this.#screen.columns || 80;
    this.#drawn = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(width(line) / columns)), 0);
    this.#screen.write(`${lines.join('\n')}\n`);
  }
}

function width(line: string): number {
  return [...stripVTControlCharacters(line)].length;
}
