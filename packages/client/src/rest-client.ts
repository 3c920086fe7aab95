import type {
  AuditCheck,
  AuditEntry,
  CheckProgram,
  CreateSchedule,
  CreateSession,
  CreateToken,
  Event,
  Firing,
  IssuedToken,
  Node,
  NodeCheck,
  ProbeList,
  ResultDocument,
  Schedule,
  SessionListItem,
  SessionResource,
  Token,
  Tool,
  ToolSummary,
} from './api-types.ts';
import { type FollowOptions, followEvents } from './follow.ts';
import { type Endpoint, requestJson, send } from './http.ts';
import { readJsonLines } from './json-lines.ts';

/** A document may have hundreds of thousands of stacks. */
const resultsTimeoutMs = 300_000;

export interface ResultsQuery {
  /** `node`, `window` or `label:KEY`; merged over all nodes without it. */
  readonly by?: string;
  readonly map?: string;
  /** ISO 8601: windows that start at or after this instant, and before that one. */
  readonly from?: string;
  readonly to?: string;
}

/** What the stream of a session tells: its state, its merged results at each interval, and its end. */
export type SessionUpdate =
  | { readonly kind: 'session'; readonly session: SessionResource }
  | { readonly kind: 'results'; readonly results: ResultDocument }
  | { readonly kind: 'end'; readonly results: ResultDocument };

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Which of a session's printed lines; times as ISO 8601. */
export interface EventQuery {
  readonly node?: string;
  readonly from?: string;
  readonly to?: string;
}

/** The controller's REST API. Every method throws ApiError. */
export class RestClient {
  readonly #endpoint: Endpoint;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** The same key with the same body returns the session that the first request made. */
  createSession(body: CreateSession, idempotencyKey: string): Promise<SessionResource> {
    const headers = { 'idempotency-key': idempotencyKey };
    return this.#json('POST', '/sessions', { body, headers });
  }

  /** Whether a program would load on the nodes that a selector chooses. */
  check(body: CheckProgram): Promise<NodeCheck[]> {
    return this.#json<{ items: NodeCheck[] }>('POST', '/checks', { body }).then(({ items }) => items);
  }

  /** Probes that match a pattern, and on how many nodes. */
  probes(query: { pattern: string; nodes: string; arguments: 'true' | 'false'; limit: number }): Promise<ProbeList> {
    return this.#json('GET', '/probes', { query: { ...query, limit: `${query.limit}` } });
  }

  session(id: string, signal?: AbortSignal): Promise<SessionResource> {
    return this.#json('GET', `/sessions/${encodeURIComponent(id)}`, signal === undefined ? {} : { signal });
  }

  /** Newest first, page by page as they are asked for. */
  sessions(): AsyncGenerator<SessionListItem, void, void> {
    return this.#pages('/sessions', {});
  }

  cancelSession(id: string): Promise<SessionResource> {
    return this.#json('POST', `/sessions/${encodeURIComponent(id)}/cancel`, {});
  }

  results(id: string, query: ResultsQuery = {}): Promise<ResultDocument> {
    const patient = { ...this.#endpoint, timeoutMs: this.#endpoint.timeoutMs ?? resultsTimeoutMs };
    const path = `/sessions/${encodeURIComponent(id)}/results`;
    return requestJson(patient, 'GET', path, { query: { ...query } }) as Promise<ResultDocument>;
  }

  /** By name, page by page as they are asked for. */
  tools(): AsyncGenerator<ToolSummary, void, void> {
    return this.#pages('/tools', {});
  }

  tool(name: string): Promise<Tool> {
    return this.#json('GET', `/tools/${encodeURIComponent(name)}`, {});
  }

  nodes(selector = 'all'): AsyncGenerator<Node, void, void> {
    return this.#pages('/nodes', { selector });
  }

  /** Ends the node's connection and refuses its certificate from now on. */
  async revokeNode(nameOrId: string): Promise<void> {
    await this.#json('POST', `/nodes/${encodeURIComponent(nameOrId)}/revoke`, {});
  }

  createSchedule(body: CreateSchedule): Promise<Schedule> {
    return this.#json('POST', '/schedules', { body });
  }

  schedule(id: string): Promise<Schedule> {
    return this.#json('GET', `/schedules/${encodeURIComponent(id)}`, {});
  }

  /** Newest first, page by page as they are asked for. */
  schedules(): AsyncGenerator<Schedule, void, void> {
    return this.#pages('/schedules', {});
  }

  /** What is due while it is paused is not made up for. */
  pauseSchedule(id: string, paused: boolean): Promise<Schedule> {
    return this.#json('PATCH', `/schedules/${encodeURIComponent(id)}`, { body: { paused } });
  }

  /** Its sessions stay. */
  async deleteSchedule(id: string): Promise<void> {
    await this.#json('DELETE', `/schedules/${encodeURIComponent(id)}`, {});
  }

  /** Each time that it was due, the latest first. */
  firings(id: string): AsyncGenerator<Firing, void, void> {
    return this.#pages(`/schedules/${encodeURIComponent(id)}/firings`, {});
  }

  /** The series of a schedule: its sessions, newest first. */
  scheduleSessions(id: string): AsyncGenerator<SessionListItem, void, void> {
    return this.#pages(`/schedules/${encodeURIComponent(id)}/sessions`, {});
  }

  createToken(body: CreateToken): Promise<IssuedToken> {
    return this.#json('POST', '/tokens', { body });
  }

  /** Newest first, page by page as they are asked for. */
  tokens(): AsyncGenerator<Token, void, void> {
    return this.#pages('/tokens', {});
  }

  async revokeToken(id: string): Promise<void> {
    await this.#json('DELETE', `/tokens/${encodeURIComponent(id)}`, {});
  }

  /** Newest first, page by page as they are asked for. */
  audit(): AsyncGenerator<AuditEntry, void, void> {
    return this.#pages('/audit', {});
  }

  /** Whether the audit log is whole; `noted` is SEQ:HASH of the head of an earlier check. */
  checkAudit(noted?: string): Promise<AuditCheck> {
    return this.#json('GET', '/audit/check', { query: { noted } });
  }

  /** What the session has printed so far, or of that what was asked for. */
  async *events(id: string, query: EventQuery = {}): AsyncGenerator<Event, void, void> {
    const options = { headers: { accept: 'application/x-ndjson' }, query: { ...query } };
    const response = await send(this.#endpoint, 'GET', `/sessions/${encodeURIComponent(id)}/events`, options);
    yield* readJsonLines(response.body ?? readable()) as AsyncGenerator<Event, void, void>;
  }

  /** What the session prints, as it arrives, until it has ended. */
  async *followEvents(id: string, options: FollowOptions = {}): AsyncGenerator<Event, void, void> {
    // A controller that shuts down ends the stream as well.
    const isOver = async () => (await this.session(id, options.signal)).session.endedAt !== null;
    const follow = { ...options, query: { ...options.query, follow: 'true' }, isOver };
    for await (const { event, data } of followEvents(
      this.#endpoint,
      `/sessions/${encodeURIComponent(id)}/events`,
      follow,
    )) {
      if (event !== 'end') {
        yield JSON.parse(data) as Event;
      }
    }
  }

  /** The session's changes and merged results, as they happen, until it has ended; without `interim` of the results the final ones alone. */
  async *followSession(
    id: string,
    { interim = true, ...options }: FollowOptions & { readonly interim?: boolean } = {},
  ): AsyncGenerator<SessionUpdate, void, void> {
    const query = { ...options.query, ...(interim ? {} : { results: 'end' }) };
    const path = `/sessions/${encodeURIComponent(id)}/stream`;
    for await (const { event, data } of followEvents(this.#endpoint, path, { ...options, query })) {
      switch (event) {
        case 'session':
          yield { kind: 'session', session: JSON.parse(data) as SessionResource };
          break;
        case 'results':
        case 'end':
          yield { kind: event, results: JSON.parse(data) as ResultDocument };
          break;
      }
    }
  }

  async *#pages<T>(path: string, query: Record<string, string>): AsyncGenerator<T, void, void> {
    let cursor: string | null = null;
    do {
      const page: Page<T> = await this.#json('GET', path, { query: { ...query, ...(cursor ? { cursor } : {}) } });
      yield* page.items;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  async #json<T>(...[method, path, options]: JsonRequest): Promise<T> {
    return (await requestJson(this.#endpoint, method, path, options)) as T;
  }
}

type JsonRequest = [
  method: Parameters<typeof requestJson>[1],
  path: string,
  options: NonNullable<Parameters<typeof requestJson>[3]>,
];

async function* readable(): AsyncGenerator<Uint8Array, void, void> {}
