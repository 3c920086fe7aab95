import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Turns } from '../turns.ts';

/** An answer that is written bit by bit: JSON, by lines or as one document, or server-sent events (HTML standard, section 9.2). */
export class HttpStream {
  /** Aborts when the reader has gone. */
  readonly signal: AbortSignal;
  private readonly response: ServerResponse;
  private readonly turns = new Turns();

  constructor(
    response: ServerResponse,
    contentType: 'application/json' | 'application/x-ndjson' | 'text/event-stream',
  ) {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    this.signal = gone.signal;
    this.response = response;
    response.statusCode = 200;
    response.setHeader('content-type', contentType);
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-accel-buffering', 'no');
    response.flushHeaders();
  }

  async line(value: unknown): Promise<void> {
    await this.write(`${JSON.stringify(value)}\n`);
  }

  async event(event: { id?: string; name?: string; data: unknown }): Promise<void> {
    const id = event.id === undefined ? '' : `id: ${event.id}\n`;
    const name = event.name === undefined ? '' : `event: ${event.name}\n`;
    await this.write(`${id}${name}data: ${JSON.stringify(event.data)}\n\n`);
  }

  /** An event whose JSON comes in pieces. */
  async eventOf(name: string, json: Iterable<string>): Promise<void> {
    await this.write(`event: ${name}\ndata: `);
    await this.pieces(json);
    await this.write('\n\n');
  }

  /** Until the reader has gone. */
  async pieces(json: Iterable<string>): Promise<void> {
    for (const piece of json) {
      if (this.signal.aborted) return;
      await this.write(piece);
      await this.turns.next();
    }
  }

  end(): void {
    this.response.end();
  }

  /** Waits for a slow reader. */
  private async write(text: string): Promise<void> {
    if (this.signal.aborted || this.response.write(text)) {
      return;
    }
    try {
      await once(this.response, 'drain', { signal: this.signal });
    } catch {
      // The reader has gone; the caller sees it at the signal.
    }
  }
}
