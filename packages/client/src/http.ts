import { ApiError, localProblem } from './api-error.ts';
import type { Problem } from './api-types.ts';

export interface Endpoint {
  /** Without `/api/v1`: `http://127.0.0.1:7070`. */
  readonly url: string;
  readonly token?: string;
  /** Of one request without a stream, milliseconds; default 30,000. */
  readonly timeoutMs?: number;
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Sends one request and returns the JSON of the answer. Throws ApiError; the abort reason where `signal` aborts. */
export async function requestJson(
  endpoint: Endpoint,
  method: Method,
  path: string,
  options: RequestOptions = {},
): Promise<unknown> {
  const timeout = AbortSignal.timeout(endpoint.timeoutMs ?? 30_000);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  const response = await send(endpoint, method, path, {
    ...options,
    signal,
    headers: { accept: 'application/json', ...options.headers },
  });
  if (response.status === 204) {
    return null;
  }
  try {
    return await response.json();
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw signal.aborted ? unreachable(endpoint, cause) : notAController(endpoint, cause);
  }
}

/** Sends one request and returns the answer with its body unread, once its status says that it succeeded. */
export async function send(
  endpoint: Endpoint,
  method: Method,
  path: string,
  options: RequestOptions,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(requestUrl(endpoint, path, options.query), {
      method,
      headers: {
        ...(endpoint.token ? { authorization: `Bearer ${endpoint.token}` } : {}),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      redirect: 'error',
    });
  } catch (cause) {
    if (options.signal?.aborted && !isTimeout(options.signal.reason)) {
      throw options.signal.reason;
    }
    throw unreachable(endpoint, cause);
  }
  if (!response.ok) {
    throw await refusal(endpoint, response);
  }
  return response;
}

function requestUrl(endpoint: Endpoint, path: string, query: RequestOptions['query'] = {}): URL {
  let url: URL;
  try {
    url = new URL(`${endpoint.url.replace(/\/+$/, '')}/api/v1${path}`);
  } catch (cause) {
    throw new ApiError(
      localProblem(
        'unreachable',
        `${JSON.stringify(endpoint.url)} is no URL.`,
        'Set BPFLEET_URL to something like http://127.0.0.1:7070.',
      ),
      { cause },
    );
  }
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      url.searchParams.set(name, String(value));
    }
  }
  return url;
}

async function refusal(endpoint: Endpoint, response: Response): Promise<ApiError> {
  const problem = await response.json().catch(() => null);
  return isProblem(problem) ? new ApiError(problem) : notAController(endpoint, new Error(`HTTP ${response.status}`));
}

function isProblem(value: unknown): value is Problem {
  const { code, detail, status } = (value ?? {}) as Partial<Problem>;
  return typeof code === 'string' && typeof detail === 'string' && typeof status === 'number';
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

function unreachable(endpoint: Endpoint, cause: unknown): ApiError {
  const inner = (cause as { cause?: { code?: string } }).cause?.code;
  const why = isTimeout(cause) ? ' in time' : inner === undefined ? '' : ` (${inner})`;
  return new ApiError(
    localProblem(
      'unreachable',
      `No controller answers at ${endpoint.url}${why}.`,
      'Start one with "bpfleet up", or set BPFLEET_URL.',
    ),
    { cause },
  );
}

function notAController(endpoint: Endpoint, cause: unknown): ApiError {
  return new ApiError(
    localProblem('not_a_controller', `What answers at ${endpoint.url} is no bpfleet controller.`, 'Check BPFLEET_URL.'),
    { cause },
  );
}
