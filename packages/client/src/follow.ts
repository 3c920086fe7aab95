import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from './api-error.ts';
import { type Endpoint, type RequestOptions, send } from './http.ts';
import { type ServerSentEvent, ServerSentEventParser } from './server-sent-events.ts';

export interface FollowOptions {
  readonly query?: RequestOptions['query'];
  readonly signal?: AbortSignal;
  /** Called when the stream broke and is tried again. */
  readonly onReconnect?: (error: unknown) => void;
  /** How long a controller may be away before this gives up, milliseconds; default 60,000. */
  readonly patienceMs?: number;
  /** Asked when the server ended the stream without an `end` event; true if that was the end. Default: it was not. */
  readonly isOver?: () => Promise<boolean>;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

/**
 * Follows a stream of server-sent events, across controllers that restart: reconnects with backoff and Last-Event-ID,
 * which the controller answers with what came after it. Ends when the stream ended with an `end` event, or by `return`.
 * Throws ApiError where the controller refuses, or stays away for longer than `patienceMs`.
 */
export async function* followEvents(
  endpoint: Endpoint,
  path: string,
  options: FollowOptions = {},
): AsyncGenerator<ServerSentEvent, void, void> {
  const parser = { lastId: '', retryMs: undefined as number | undefined };
  let failures = 0;
  let lastHeard = Date.now();
  for (;;) {
    try {
      for await (const event of readStream(endpoint, path, options, parser)) {
        failures = 0;
        lastHeard = Date.now();
        yield event;
        if (event.event === 'end') {
          return;
        }
      }
      if ((await options.isOver?.()) === true) {
        return;
      }
      failures += 1;
    } catch (error) {
      options.signal?.throwIfAborted();
      // What was too long would be so again.
      const lasting = error instanceof RangeError || (error instanceof ApiError && !error.transient);
      if (lasting || Date.now() - lastHeard > (options.patienceMs ?? 60_000)) {
        throw error;
      }
      failures += 1;
      options.onReconnect?.(error);
    }
    const wait = parser.retryMs ?? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10));
    await sleep(wait, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

async function* readStream(
  endpoint: Endpoint,
  path: string,
  options: FollowOptions,
  state: { lastId: string; retryMs: number | undefined },
): AsyncGenerator<ServerSentEvent, void, void> {
  const response = await send(endpoint, 'GET', path, {
    ...(options.query === undefined ? {} : { query: options.query }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    headers: { accept: 'text/event-stream', ...(state.lastId ? { 'last-event-id': state.lastId } : {}) },
  });
  const parser = new ServerSentEventParser();
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const events = parser.push(decoder.decode(chunk, { stream: true }));
    state.retryMs = parser.retryMs ?? state.retryMs;
    for (const event of events) {
      state.lastId = event.id || state.lastId;
      yield event;
    }
  }
}
