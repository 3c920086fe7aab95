import { createHash, randomUUID } from 'node:crypto';
import * as contracts from '@bpfleet/contracts';
import { SessionService } from '@bpfleet/contracts';
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerChecks } from '../testing/answering-agent.ts';
import type { ScriptedAgent } from '../testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from '../testing/test-controller.ts';

const source = 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }';
const program = { kind: 'script', source };
const digest = `sha256:${createHash('sha256').update(source).digest('hex')}`;
const otherDigest = `sha256:${'0'.repeat(64)}`;

let server: TestServer;
let controller: TestController;
let agents: ScriptedAgent[];
beforeAll(async () => {
  server = await startTestServer();
  controller = await TestController.start(server);
  agents = [
    await controller.agent('a1', { zone: 'a' }),
    await controller.agent('a2', { zone: 'a' }),
    await controller.agent('b1', { zone: 'b' }),
  ];
  agents.forEach(answerChecks);
});
afterAll(async () => {
  for (const agent of agents) agent.close();
  await controller.stop();
  await server.stop();
});

interface Holder {
  readonly id: string;
  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): ReturnType<typeof controller.call<T>>;
}

async function holder(terms: object): Promise<Holder> {
  const { body, status } = await controller.call<{ id: string; token: string }>('POST', '/tokens', {
    kind: 'api',
    role: 'operator',
    ...terms,
  });
  expect(status).toBe(201);
  const headers = { authorization: `Bearer ${body.token}` };
  return { id: body.id, call: (method, path, given) => controller.call(method, path, given, headers) };
}

const reasons = async (id: string): Promise<(string | undefined)[]> =>
  (await controller.audited())
    .filter(({ actor, outcome }) => actor === `token:${id}` && outcome === 'refused')
    .map(({ detail }) => detail.reason);

describe('a bounded token', () => {
  it.each<[string, object, object, number, object]>([
    ['its program', { programs: [digest] }, {}, 202, {}],
    ['another program', { programs: [otherDigest] }, {}, 403, { pointer: '/program' }],
    ['as long as it may', { limits: { for: '5s' } }, { for: '5s' }, 202, {}],
    [
      'longer',
      { limits: { for: '5s' } },
      { for: '6s' },
      403,
      { pointer: '/for', detail: expect.stringContaining('5s') },
    ],
    ['as much as it may', { limits: { overhead: 0.01 } }, { limits: { overhead: 0.01 } }, 202, {}],
    ['more', { limits: { overhead: 0.01 } }, { limits: { overhead: 0.02 } }, 403, { pointer: '/limits/overhead' }],
    ['as many nodes as it may', { limits: { nodes: 2 } }, { nodes: 'zone=a' }, 202, { answer: { targets: 2 } }],
    ['more nodes', { limits: { nodes: 2 } }, {}, 403, { pointer: '/nodes' }],
    ['all of its nodes', { nodes: 'zone=a' }, { nodes: 'all' }, 202, { answer: { targets: 2 } }],
    ['one of its nodes', { nodes: 'zone=a' }, { nodes: 'name=a1' }, 202, { answer: { targets: 1 } }],
    ['some of its nodes and another', { nodes: 'zone=a' }, { nodes: 'name=*1' }, 403, { pointer: '/nodes' }],
    ['a node of others', { nodes: 'zone=a' }, { nodes: 'name=b1' }, 403, { hint: expect.stringContaining('zone=a') }],
  ])('runs %s', async (_, terms, over, status, body) => {
    const token = await holder(terms);
    const answer = await token.call('POST', '/sessions', { program, for: '1s', ...over });
    expect(answer).toMatchObject({ status, body });
    expect(await reasons(token.id)).toEqual(status === 403 ? [answer.body.detail] : []);
  });

  it('costs a node no more than it may where a request says nothing', async () => {
    const token = await holder({ limits: { overhead: 0.01 } });
    const { body } = await token.call<{ session: { id: string } }>('POST', '/sessions', { program, for: '1s' });
    expect(await controller.source.query('select overhead from session where id = $1', [body.session.id])).toEqual([
      { overhead: 0.01 },
    ]);
  });

  it('sees its nodes, and the sessions and programs that had no others', async () => {
    const token = await holder({ role: 'viewer', nodes: 'zone=b' });
    const ran = async (nodes: string, text: string) => {
      const body = { program: { kind: 'script', source: text }, nodes, for: '1s' };
      type Made = { session: { id: string; program: { digest: string } } };
      return (await controller.call<Made>('POST', '/sessions', body)).body.session;
    };
    const [mine, both, theirs] = [
      await ran('name=b1', `${source} // mine`),
      await ran('name=*1', `${source} // both`),
      await ran('zone=a', `${source} // theirs`),
    ];
    const listed = async <T>(path: string) => (await token.call<{ items: T[] }>('GET', path)).body.items;
    expect((await listed<{ name: string }>('/nodes')).map(({ name }) => name)).toEqual(['b1']);
    const sessions = (await listed<{ session: { id: string } }>('/sessions')).map(({ session }) => session.id);
    expect(sessions).toContain(mine.id);
    expect(sessions).not.toContain(both.id);
    expect(sessions).not.toContain(theirs.id);
    const programs = (await listed<{ digest: string }>('/programs')).map((each) => each.digest);
    expect(programs).toContain(mine.program.digest);
    expect(programs).not.toContain(both.program.digest);
    expect((await token.call('GET', `/programs/${mine.program.digest}`)).body).toMatchObject({
      source: `${source} // mine`,
      sessions: 1,
    });
    for (const path of [`/sessions/${both.id}`, `/programs/${theirs.program.digest}`, '/nodes/a1']) {
      const hidden = await token.call('GET', path);
      const none = await token.call(
        'GET',
        path.replace(/[^/]+$/, (id) => id.replace(/./g, 'e')),
      );
      expect([path, hidden.status, none.status]).toEqual([path, 404, 404]);
    }
  });

  it('of the role ci ends the sessions that it made, and no others', async () => {
    const token = await holder({ role: 'ci' });
    const made = await token.call<{ session: { id: string } }>('POST', '/sessions', { program, for: '1m' });
    const others = await controller.call<{ session: { id: string } }>('POST', '/sessions', { program, for: '1m' });
    expect((await token.call('POST', `/sessions/${made.body.session.id}/cancel`)).status).toBe(202);
    expect((await token.call('POST', `/sessions/${others.body.session.id}/cancel`)).status).toBe(403);
    expect((await controller.call('POST', `/sessions/${others.body.session.id}/cancel`)).status).toBe(202);
  });

  it('is bounded over gRPC as well', async () => {
    const { body } = await controller.call<{ token: string }>('POST', '/tokens', {
      kind: 'api',
      role: 'operator',
      nodes: 'zone=a',
    });
    const { grpcAddress } = controller.running;
    const client = contracts.grpcClient(SessionService, grpcAddress, grpc.credentials.createInsecure());
    const request = { program: { source: { case: 'script' as const, value: source } }, selector: 'name=b1' };
    await expect(
      client.createSession(request, { metadata: { authorization: `Bearer ${body.token}` } }),
    ).rejects.toMatchObject({ code: 'PERMISSION_DENIED', details: { violations: [{ field: '/nodes' }] } });
    client.close();
  });

  it.each([
    ['an admin', { role: 'admin', nodes: 'zone=a' }, 400, '/role'],
    ['a selector that is none', { nodes: 'zone' }, 422, '/nodes'],
    ['a duration that is none', { limits: { for: 'long' } }, 422, '/limits/for'],
    ['neither a digest nor a name of a tool', { programs: ['run qlat'] }, 400, '/programs/0'],
    ['a join token', { kind: 'join', role: undefined, nodes: 'zone=a' }, 400, ''],
    ['a join token for a year', { kind: 'join', role: undefined, ttl: '365d' }, 422, '/ttl'],
  ])('%s cannot be one', async (_, terms, status, pointer) => {
    const body = { kind: 'api', role: 'operator', ...terms };
    expect(await controller.call('POST', '/tokens', body)).toMatchObject({ status, body: { pointer } });
  });

  it('ends with its time', async () => {
    const token = await holder({ ttl: '1h' });
    expect((await token.call('GET', '/nodes')).status).toBe(200);
    await controller.source.query(`update token set expires_at = now() - interval '1 second' where id = $1`, [
      token.id,
    ]);
    expect((await token.call('GET', '/nodes')).status).toBe(401);
  });
});

describe('schedules', () => {
  it('fail at their time where their token may not use the nodes that they choose by then', async () => {
    const token = await holder({ nodes: 'zone=a' });
    const when = { kind: 'at', at: new Date(Date.now() + 1_500).toISOString() };
    const session = { program, nodes: 'name=b1', for: '1s' };
    const { body, status } = await token.call<{ id: string }>('POST', '/schedules', { when, session });
    expect(status).toBe(201);
    await expect
      .poll(async () => (await token.call('GET', `/schedules/${body.id}/firings`)).body, { timeout: 20_000 })
      .toMatchObject({ items: [{ state: 'failed', reason: expect.stringMatching(/^forbidden: /) }] });
    expect(await reasons(token.id)).toEqual([expect.stringContaining('may not use')]);
  });

  it('are made once for one Idempotency-Key', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const body = { when: { kind: 'at', at }, session: { program, for: '1s' } };
    const first = await controller.call('POST', '/schedules', body, key);
    expect(await controller.call('POST', '/schedules', body, key)).toMatchObject({ status: 201, body: first.body });
    expect(await controller.call('POST', '/schedules', { ...body, name: 'other' }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_conflict' },
    });
  });
});
