import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ResultDocument, SessionResource } from '@bpfleet/client';
import { afterEach, beforeEach, vi } from 'vitest';

export type Handler = (request: IncomingMessage & { body: string }, response: ServerResponse) => void;

export interface PlayedController {
  /** By method and path, as in `GET /api/v1/nodes`. Others are not found. */
  routes: Record<string, Handler>;
  /** What was asked for, in order. */
  requests: string[];
}

/** A controller whose answers the test gives, anew before each test of the file; the commands find it by their environment. */
export function playController(): PlayedController {
  const played: PlayedController = { routes: {}, requests: [] };
  const server = createServer((request, response) => {
    const route = `${request.method} ${request.url}`;
    played.requests.push(route);
    const handler = played.routes[route] ?? refuse(404, 'not_found', `no ${route}`);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handler(Object.assign(request, { body: Buffer.concat(chunks).toString() }), response));
  });
  beforeEach(async () => {
    played.requests = [];
    played.routes = {};
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    vi.stubEnv('BPFLEET_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    vi.stubEnv('BPFLEET_TOKEN', 'token');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return played;
}

export const send =
  (status: number, body: unknown): Handler =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

export const refuse = (status: number, code: string, detail: string, rest: object = {}) =>
  send(status, { type: 'urn:x', title: 'x', status, code, detail, ...rest });

/** Of that session. */
export const summary = (state: SessionResource['session']['state']): SessionResource['session'] => ({
  id: 's1',
  state,
  program: { kind: 'script', digest: 'sha256:0' },
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: state === 'running' ? null : '2026-01-01T00:00:10.000Z',
  interval: '1s',
});
export const answer = { targets: 1, complete: 1, partial: 0, failed: 0, offline: 0, skipped: 0, nodes: [] };
/** A session of one node. */
export const resource = (state: SessionResource['session']['state']): SessionResource => ({
  session: summary(state),
  answer,
  nodes: 'all',
  for: '10s',
  createdAt: '2026-01-01T00:00:00.000Z',
  warnings: [],
  schedule: null,
  priority: 0,
  late: false,
  startAt: null,
  queue: null,
});
/** Of it: one printed line and a map of one entry. */
export const results = (state: SessionResource['session']['state']): ResultDocument => ({
  session: summary(state),
  answer,
  maps: [{ name: '@', kind: 'count', key: ['string'], entries: [{ key: ['bash'], value: 3, nodes: 1 }] }],
  output: [{ node: 'a', at: '2026-01-01T00:00:00.000Z', type: 'printf', text: 'hello\n', values: [] }],
});
