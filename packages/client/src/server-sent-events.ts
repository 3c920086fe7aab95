import { Lines, longestLine } from './lines.ts';

/** One event of a stream. Source of the format: the HTML standard, section 9.2, "Server-sent events". */
export interface ServerSentEvent {
  /** `message` where the server named none. */
  readonly event: string;
  readonly data: string;
  /** The last id seen so far; empty before the first. */
  readonly id: string;
}

/** Cuts a stream of text, however it was cut into chunks, into events. Throws RangeError where a line or an event does not end. */
export class ServerSentEventParser {
  readonly #lines: Lines;
  readonly #longest: number;
  #event = '';
  #data: string[] = [];
  #id = '';
  #size = 0;
  /** Milliseconds to wait before reconnecting, where the server asked for it. */
  retryMs: number | undefined;

  constructor(longest = longestLine) {
    this.#lines = new Lines(longest);
    this.#longest = longest;
  }

  push(chunk: string): ServerSentEvent[] {
    return this.#lines.push(chunk).flatMap((line) => this.#line(line));
  }

  #line(line: string): ServerSentEvent[] {
    if (line === '') {
      return this.#dispatch();
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    switch (name) {
      case 'event':
        this.#event = value;
        break;
      case 'data':
        this.#data.push(value);
        this.#size += value.length;
        if (this.#size > this.#longest) {
          throw new RangeError(`The controller sent an event of more than ${this.#longest} characters.`);
        }
        break;
      case 'id':
        if (!value.includes('\0')) {
          this.#id = value;
        }
        break;
      case 'retry':
        if (/^\d{1,9}$/.test(value)) {
          this.retryMs = Number(value);
        }
        break;
    }
    return [];
  }

  #dispatch(): ServerSentEvent[] {
    const event = { event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id };
    const empty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    this.#size = 0;
    return empty ? [] : [event];
  }
}
