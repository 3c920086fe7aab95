import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RestClient } from './rest-client.ts';

let server: Server;
let answer: (request: IncomingMessage & { body: string }, response: ServerResponse) => void;
let client: RestClient;

beforeEach(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(Object.assign(request, { body: Buffer.concat(chunks).toString() }), response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new RestClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, token: 'secret' });
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

test('a request carries the token, the body and the idempotency key', async () => {
  answer = ({ method, url, headers, body }, response) =>
    json(response, 202, {
      method,
      url,
      token: headers.authorization,
      key: headers['idempotency-key'],
      body: JSON.parse(body),
    });
  const body = { program: { kind: 'script', source: 'BEGIN {}' } } as const;
  expect(await client.createSession(body, 'k1')).toEqual({
    method: 'POST',
    url: '/api/v1/sessions',
    token: 'Bearer secret',
    key: 'k1',
    body,
  });
});

test('lists go on over pages', async () => {
  answer = ({ url }, response) => {
    const cursor = new URL(url ?? '', 'http://x').searchParams.get('cursor');
    json(response, 200, cursor === null ? { items: [1, 2], nextCursor: 'c/2' } : { items: [cursor], nextCursor: null });
  };
  expect(await collect(client.nodes('arch=arm64'))).toEqual([1, 2, 'c/2']);
});

test('an id cannot leave its place in the path', async () => {
  answer = ({ url }, response) => json(response, 200, url);
  expect(await client.session('../nodes?x')).toBe('/api/v1/sessions/..%2Fnodes%3Fx');
});

test('a problem is an ApiError with all the controller said', async () => {
  const problem = {
    type: 'urn:x',
    title: 'T',
    status: 422,
    code: 'invalid_selector',
    detail: 'No field "x".',
    hint: 'Use arch.',
  };
  answer = (_, response) => json(response, 422, problem);
  await expect(client.cancelSession('a')).rejects.toMatchObject({
    name: 'ApiError',
    message: 'No field "x".',
    problem,
  });
});

test.each([
  ['a page of HTML', 200, '<html>', 'not_a_controller'],
  ['an error page', 502, '<html>', 'not_a_controller'],
  ['JSON that is no problem', 404, '{"a":1}', 'not_a_controller'],
])('%s is not taken for an answer', async (_, status, body, code) => {
  answer = (__, response) => void response.writeHead(status).end(body);
  await expect(client.session('a')).rejects.toMatchObject({ code });
});

test('nobody there', async () => {
  const nobody = new RestClient({ url: 'http://127.0.0.1:9' });
  await expect(nobody.session('a')).rejects.toMatchObject({ code: 'unreachable', transient: true });
});

test('no answer in time', async () => {
  answer = () => undefined;
  const { port } = server.address() as AddressInfo;
  const hurried = new RestClient({ url: `http://127.0.0.1:${port}`, timeoutMs: 20 });
  await expect(hurried.session('a')).rejects.toMatchObject({ code: 'unreachable', message: /in time/ });
});

test('a stream that breaks is taken up where it broke, and ends when its session has', async () => {
  const asked: unknown[] = [];
  const parts = ['retry: 1\nid: 4\ndata: {"id":"4"}\n\ndata: {"half', 'id: 5\ndata: {"id":"5"}\n\n', ''];
  const ends = [null, '2026-01-02T03:04:05Z'];
  answer = ({ headers, url }, response) => {
    if (url === '/api/v1/sessions/s') {
      json(response, 200, { session: { endedAt: ends.shift() } });
      return;
    }
    expect(url).toBe('/api/v1/sessions/s/events?follow=true');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(parts[asked.length] ?? '', () => (asked.length === 1 ? response.destroy() : response.end()));
    asked.push(headers['last-event-id']);
  };
  let reconnects = 0;
  const events = client.followEvents('s', { onReconnect: () => (reconnects += 1) });
  expect(await collect(events)).toEqual([{ id: '4' }, { id: '5' }]);
  expect(asked).toEqual([undefined, '4', '5']);
  expect(reconnects).toBe(1);
});

test('a stream of a session ends with its results', async () => {
  const stream = 'event: session\ndata: {"a":1}\n\nevent: results\ndata: {"b":2}\n\nevent: end\ndata: {"c":3}\n\n';
  const asked: (string | undefined)[] = [];
  answer = ({ url }, response) => {
    asked.push(url);
    response.writeHead(200).write(stream);
  };
  expect(await collect(client.followSession('s'))).toEqual([
    { kind: 'session', session: { a: 1 } },
    { kind: 'results', results: { b: 2 } },
    { kind: 'end', results: { c: 3 } },
  ]);
  await collect(client.followSession('s', { interim: false }));
  expect(asked).toEqual(['/api/v1/sessions/s/stream', '/api/v1/sessions/s/stream?results=end']);
});

test('a refused stream is not tried again', async () => {
  let asked = 0;
  answer = (_, response) => {
    asked += 1;
    json(response, 404, { type: 't', title: 't', status: 404, code: 'not_found', detail: 'No such session.' });
  };
  await expect(collect(client.followSession('s'))).rejects.toMatchObject({ code: 'not_found' });
  expect(asked).toBe(1);
});

test('a stream is given up when the controller stays away', async () => {
  answer = (_, response) => void response.destroy();
  await expect(collect(client.followSession('s', { patienceMs: 0 }))).rejects.toMatchObject({
    code: 'unreachable',
  });
});

test('abort ends a stream with its reason', async () => {
  answer = (_, response) => void response.writeHead(200).write(': open\n');
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error('enough')), 20);
  await expect(collect(client.followSession('s', { signal: stop.signal }))).rejects.toThrow('enough');
});

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) {
    items.push(item);
  }
  return items;
}
