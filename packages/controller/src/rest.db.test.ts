import { encodeEvent } from '@bpfleet/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { count, countSchema, frame, type ScriptedAgent } from './testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from './testing/test-controller.ts';

const program = { kind: 'script', source: 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }' };

let server: TestServer;
let controller: TestController;
let agent: ScriptedAgent;
beforeAll(async () => {
  server = await startTestServer();
  controller = await TestController.start(server);
  agent = await controller.agent('a', { zone: 'x' });
  await controller.enrol('b', { role: 'db' });
});
afterAll(async () => {
  agent.close();
  await controller.stop();
  await server.stop();
});

describe('POST /sessions', () => {
  it.each<[string, unknown, number, object]>([
    ['no JSON', '{', 400, { code: 'invalid_request' }],
    ['no program', {}, 400, { code: 'invalid_request', pointer: '/program' }],
    ['an empty script', { program: { kind: 'script', source: '' } }, 400, { pointer: '/program/source' }],
    ['another kind', { program: { kind: 'elf', source: 'x' } }, 400, { pointer: '/program/kind' }],
    [
      'an unknown member',
      { program, fro: '10s' },
      400,
      { code: 'invalid_request', detail: expect.stringContaining('fro') },
    ],
    [
      'no duration',
      { program, for: 'soon' },
      422,
      { code: 'invalid_duration', pointer: '/for', hint: expect.any(String) },
    ],
    ['a duration of nothing', { program, for: '0s' }, 422, { code: 'invalid_duration', pointer: '/for' }],
    ['a window that is too long', { program, every: '2d' }, 422, { code: 'invalid_duration', pointer: '/every' }],
    ['a term that is none', { program, nodes: 'zone' }, 422, { code: 'invalid_selector', pointer: '/nodes' }],
    [
      'an unknown label',
      { program, nodes: 'zoen=x' },
      422,
      { code: 'invalid_selector', hint: expect.stringContaining('zone') },
    ],
    ['no match', { program, nodes: 'zone=none' }, 422, { code: 'no_matching_node' }],
    [
      'a wrong script',
      { program: { kind: 'script', source: 'BEGIN { $x = ; }' } },
      422,
      {
        code: 'invalid_program',
        diagnostics: [expect.objectContaining({ severity: 'error', line: 1, column: expect.any(Number) })],
      },
    ],
    [
      'a body that is too large',
      { program: { kind: 'script', source: 'x'.repeat(5_000_000) } },
      413,
      { code: 'payload_too_large' },
    ],
  ])('refuses %s', async (_, body, status, expected) => {
    const answer = await controller.call('POST', '/sessions', body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status, title: expect.any(String), type: expect.any(String), ...expected });
    expect(await controller.source.query('select 1 from session')).toEqual([]);
  });

  it('refuses what every connected node refuses, and stores nothing', async () => {
    const created = controller.call('POST', '/sessions', { program });
    const { requestId } = await agent.next('check');
    const diagnostics = [{ severity: 1, code: 'no-match', message: 'no such tracepoint', line: 1, column: 1 }];
    agent.send({ case: 'check', value: { requestId, response: { loads: false, diagnostics } } });
    expect(await created).toMatchObject({
      status: 422,
      body: { code: 'invalid_program', detail: 'no such tracepoint', diagnostics: [{ code: 'no-match', line: 1 }] },
    });
    expect(await controller.source.query('select 1 from session')).toEqual([]);
  });
});

describe('a session', () => {
  let id: string;
  beforeAll(async () => {
    id = await controller.session([agent]);
    agent.running(id, [countSchema]);
    agent.frames(frame(id, 1n, [count('k', 2n ** 60n)]));
    await agent.next('ack');
  });

  it('is shown with its answer sheet, and those which were not there are offline', async () => {
    const { body } = await controller.call('GET', `/sessions/${id}`);
    expect(body).toMatchObject({
      session: {
        id,
        state: 'running',
        program: { kind: 'script', digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
        endedAt: null,
        interval: '1s',
      },
      nodes: 'all',
      for: '5s',
      warnings: [],
      answer: {
        targets: 2,
        offline: 1,
        complete: 0,
        nodes: [
          { name: 'a', state: 'running', stored: 1 },
          { name: 'b', state: 'offline', reason: expect.any(String) },
        ],
      },
    });
    const { body: nodes } = await controller.call<{ items: object[]; nextCursor: string }>(
      'GET',
      `/sessions/${id}/nodes?limit=1`,
    );
    expect(nodes.items).toMatchObject([{ name: 'a' }]);
    const rest = await controller.call('GET', `/sessions/${id}/nodes?limit=1&cursor=${nodes.nextCursor}`);
    expect(rest.body).toMatchObject({ items: [{ name: 'b' }], nextCursor: null });
  });

  it('has results with integers that a double cannot hold as strings', async () => {
    const { body } = await controller.call('GET', `/sessions/${id}/results?map=opens`);
    expect(body).toMatchObject({
      maps: [{ name: '@opens', entries: [{ key: ['k'], value: (2n ** 60n).toString(), nodes: 1 }] }],
    });
    expect(await controller.call('GET', `/sessions/${id}/results?map=@none`)).toMatchObject({
      status: 404,
      body: { hint: expect.stringContaining('@opens') },
    });
    expect(await controller.call('GET', `/sessions/${id}/results?by=colour`)).toMatchObject({ status: 400 });
    const later = await controller.call('GET', `/sessions/${id}/results?from=2100-01-01T00:00:00Z`);
    expect(later.body).toMatchObject({ maps: [] });
  });

  it('is made once for one Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'k1' };
    const body = { program, nodes: 'name=b', for: '5s' };
    const first = await controller.call('POST', '/sessions', body, key);
    expect(first).toMatchObject({
      status: 202,
      body: { session: { state: 'failed' }, answer: { targets: 1, offline: 1 } },
    });
    const { id: made } = first.body.session as { id: string };
    expect(first.headers.get('location')).toBe(`/api/v1/sessions/${made}`);
    const again = await controller.call('POST', '/sessions', body, key);
    expect(again).toMatchObject({ status: 202, body: { session: { id: made } } });
    const other = await controller.call('POST', '/sessions', { ...body, for: '6s' }, key);
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_conflict' } });
    const { body: page } = await controller.call<{ items: object[]; nextCursor: string }>('GET', '/sessions?limit=1');
    expect(page.items).toMatchObject([{ session: { id: made }, answer: { targets: 1 } }]);
    const rest = await controller.call<{ items: object[] }>('GET', `/sessions?cursor=${page.nextCursor}`);
    expect(rest.body).toMatchObject({ items: [{ session: { id } }], nextCursor: null });
    expect(await controller.call('GET', '/sessions?cursor=x')).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
    expect(await controller.call('GET', '/sessions?limit=0')).toMatchObject({
      status: 400,
      body: { pointer: '/limit' },
    });
  });

  it('streams until it ends, and its events can be followed from where a reader was', async () => {
    const printed = (ordinal: bigint, text: string) =>
      encodeEvent({ at: 1_800_000_000n * 10n ** 9n, type: 'printf', text, values: [] }, ordinal);
    agent.frames(frame(id, 2n, [], [printed(0n, 'one\n'), printed(1n, 'two\n')]));
    await agent.next('ack');
    const lines = String((await controller.call('GET', `/sessions/${id}/events`)).body)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([{ text: 'one\n', node: 'a', type: 'printf' }, { text: 'two\n' }]);
    const sse = { accept: 'text/event-stream', 'last-event-id': lines[0].id };
    const count = async (query: string) =>
      String((await controller.call('GET', `/sessions/${id}/events?${query}`)).body).split('\n').length - 1;
    expect(await count(`node=${encodeURIComponent(lines[0].node)}`)).toBe(lines.length);
    expect(await count('node=nobody')).toBe(0);
    expect(await count(`to=${lines[0].at}`)).toBe(0);
    expect(await count(`from=${lines[0].at}`)).toBe(lines.length);
    const following = controller.call('GET', `/sessions/${id}/events`, undefined, sse);
    const streaming = controller.call('GET', `/sessions/${id}/stream`);
    agent.manifest({ sessionId: id, bootEpoch: 1n, firstSeq: 1n, lastSeq: 2n, produced: 3n, outcome: 1 });
    await agent.next('manifestAck');
    const events = String((await following).body);
    expect(events).toContain(`id: ${lines[1].id}\ndata: {`);
    expect(events).not.toContain('one');
    const blocks = String((await streaming).body)
      .trim()
      .split('\n\n')
      .map((block) => block.split('\n'));
    expect(blocks[0]?.[0]).toBe('event: session');
    expect(blocks.at(-1)?.[0]).toBe('event: end');
    expect(JSON.parse(blocks.at(-1)?.[1]?.slice('data: '.length) ?? '')).toMatchObject({
      session: { state: 'partial' },
      answer: { complete: 1, offline: 1 },
      output: [{ text: 'one\n' }, { text: 'two\n' }],
    });
  });
});

describe('access', () => {
  it('needs a token with the right role', async () => {
    const as = async (method: string, path: string, token: string) =>
      (await controller.call(method, path, undefined, { authorization: `Bearer ${token}` })).status;
    const { body } = await controller.call<{ id: string; token: string }>('POST', '/tokens', {
      kind: 'api',
      role: 'viewer',
      name: 'v',
    });
    expect(await as('GET', '/nodes', body.token)).toBe(200);
    expect(await as('POST', '/sessions', body.token)).toBe(403);
    expect(await as('GET', '/tokens', body.token)).toBe(403);
    expect(await as('GET', '/nodes', 'bpft_x_y')).toBe(401);
    expect(await as('GET', '/nodes', await controller.joinToken())).toBe(401);
    expect(await as('GET', '/no/such/path', body.token)).toBe(404);
    expect((await controller.call('DELETE', `/tokens/${body.id}`)).status).toBe(204);
    expect(await as('GET', '/nodes', body.token)).toBe(401);
    expect((await controller.call('DELETE', '/tokens/none')).status).toBe(404);
    const secret = body.token.split('_')[2] ?? '';
    expect(JSON.stringify((await controller.call('GET', '/tokens')).body)).not.toContain(secret);
    expect(
      await controller.source.query(`select 1 from token where encode(secret_hash, 'hex') = $1`, [secret]),
    ).toEqual([]);
  });

  it('is not needed to ask how the controller is, or for its description', async () => {
    const open = async (path: string) => (await fetch(`${controller.running.restUrl}${path}`)).status;
    for (const path of ['/healthz', '/readyz', '/api/openapi.json', '/api/docs', '/api/v1/readyz']) {
      expect([path, await open(path)]).toEqual([path, 200]);
    }
  });
});

describe('GET /nodes', () => {
  it('shows what nodes are, by selector and in pages', async () => {
    const { body } = await controller.call('GET', '/nodes?selector=zone%3Dx');
    expect(body).toMatchObject({
      items: [
        {
          name: 'a',
          state: 'online',
          arch: 'arm64',
          labels: { zone: 'x' },
          memoryBytes: 2 ** 31,
          address: expect.any(String),
        },
      ],
      nextCursor: null,
    });
    const { body: page } = await controller.call<{ nextCursor: string }>('GET', '/nodes?limit=1');
    expect((await controller.call('GET', `/nodes?cursor=${page.nextCursor}`)).body).toMatchObject({
      items: [{ name: 'b', state: 'offline' }],
    });
    expect((await controller.call('GET', '/nodes/b')).body).toMatchObject({ name: 'b' });
    expect((await controller.call('GET', '/nodes/none')).status).toBe(404);
    expect(await controller.call('GET', '/nodes?selector=x')).toMatchObject({
      status: 422,
      body: { code: 'invalid_selector' },
    });
  });
});
