/** One event of a stream. Source of the format: the HTML standard, section 9.2, "Server-sent events". */
export interface ServerSentEvent {
  /** `message` where the server named none. */
  readonly event: string;
  readonly data: string;
  /** The last id seen so far; empty before the first. */
  readonly id: string;
}

/** Longest event that is read, in characters; a server that never ends one must not fill the memory. */
const MAX_EVENT = 64 * 1024 * 1024;

/** Cuts a stream of text, however it was cut into chunks, into events. Throws RangeError past the limit. */
export class ServerSentEventParser {
  #rest = '';
  #event = '';
  #data: string[] = [];
  #id = '';
  #size = 0;
  /** Milliseconds to wait before reconnecting, where the server asked for it. */
  retryMs: number | undefined;

  push(chunk: string): ServerSentEvent[] {
    const lines = `${this.#rest}${chunk}`.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length + this.#size > MAX_EVENT) {
      throw new RangeError('an event of the stream does not end');
    }
    return lines.flatMap((line) => this.#line(line));
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
