import { Manifest_Outcome } from '@bpfleet/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptedAgent } from '../testing/scripted-agent.ts';
import { type Answer, startTestServer, TestController, type TestServer } from '../testing/test-controller.ts';

let server: TestServer;
let controller: TestController;
let agent: ScriptedAgent;
beforeAll(async () => {
  server = await startTestServer();
  controller = await TestController.start(server);
  agent = await controller.agent('a');
});
afterAll(async () => {
  agent.close();
  await controller.stop();
  await server.stop();
});

const funccount = (parameters: object = { pattern: 'vfs_read', pid: 7 }) => ({
  program: { kind: 'tool', name: 'funccount', parameters },
});

interface Made {
  readonly session: { readonly id: string; readonly program: { readonly digest: string; readonly tool?: object } };
  readonly answer: { readonly nodes: readonly object[] };
}

/** Makes a session that the agent takes as `variant`. */
async function started(body: object, headers = {}): Promise<Answer<Made>> {
  const asked = controller.call<Made>('POST', '/sessions', body, headers);
  const { requestId } = await agent.next('check');
  agent.send({ case: 'check', value: { requestId, response: { loads: true, variant: 'funccount' } } });
  return asked;
}

describe('tools', () => {
  it('are listed page by page, and told one by one', async () => {
    type List = { items: { name: string; digest: string }[]; version: string; nextCursor: string | null };
    const all = await controller.call<List>('GET', '/tools');
    expect(all.body.items).toContainEqual(expect.objectContaining({ name: 'funccount', area: 'applications' }));
    expect(all.body.version).toMatch(/^[0-9a-f]{12}$/);
    const first = await controller.call<List>('GET', '/tools?limit=1');
    const second = await controller.call<List>('GET', `/tools?limit=1&cursor=${first.body.nextCursor}`);
    expect([...first.body.items, ...second.body.items]).toEqual(all.body.items.slice(0, 2));
    const { body } = await controller.call('GET', '/tools/funccount');
    expect(body).toMatchObject({
      outputs: [{ map: '@calls', unit: 'calls', keys: ['probe'] }],
      variants: [{ name: 'funccount', source: null, kernels: '>=5.4' }],
    });
    expect((await controller.call('GET', '/tools/funcount')).status).toBe(404);
  });

  it('run by name: the nodes are told their variants, and the answer says what ran', async () => {
    const { status, body } = await started(funccount());
    expect(status).toBe(202);
    const { id, program } = body.session;
    expect(program).toMatchObject({
      kind: 'script',
      tool: { name: 'funccount', parameters: { pattern: 'vfs_read', pid: 7 } },
    });
    const { assignments } = await agent.next('desired');
    const assigned = assignments.find(({ sessionId }) => sessionId === id);
    expect(assigned?.program?.source).toMatchObject({
      case: 'variants',
      value: { variants: [{ name: 'funccount', script: expect.stringContaining('kprobe:vfs_read /pid == 7/') }] },
    });
    agent.send({
      case: 'observed',
      value: { assignments: [{ sessionId: id, state: 2, variant: 'funccount' }] },
    });
    await expect
      .poll(async () => (await controller.call<{ items: object[] }>('GET', `/sessions/${id}/nodes`)).body.items)
      .toMatchObject([{ name: 'a', state: 'running', variant: 'funccount' }]);
    await controller.call('POST', `/sessions/${id}/cancel`);
  });

  it('skip a node that none of their variants fits, with what it lacks', async () => {
    const { body } = await started(funccount());
    const { id } = body.session;
    const reason = 'needs kprobes, since Linux 5.4 (this kernel has no kprobes)';
    const outcome = Manifest_Outcome.SKIPPED;
    agent.send({ case: 'manifest', value: { sessionId: id, bootEpoch: 1n, outcome, reason } });
    await expect
      .poll(async () => (await controller.call<Made>('GET', `/sessions/${id}`)).body.answer.nodes)
      .toMatchObject([{ name: 'a', state: 'skipped', reason }]);
  });

  it.each([
    [
      'an unknown name',
      { kind: 'tool', name: 'funcount' },
      '/program/name',
      /no tool funcount; did you mean funccount/,
    ],
    [
      'an unknown parameter',
      { kind: 'tool', name: 'funccount', parameters: { pattern: 'x', pidd: 1 } },
      '/program/parameters/pidd',
      /pidd: is no parameter of funccount; did you mean pid/,
    ],
    [
      'a parameter out of range',
      { kind: 'tool', name: 'funccount', parameters: { pattern: 'x', pid: -1 } },
      '/program/parameters/pid',
      /pid: must be a whole number from 0 to 4194304/,
    ],
    ['a missing one', { kind: 'tool', name: 'funccount' }, '/program/parameters/pattern', /pattern: must be given/],
    [
      'a variant that does not compile anywhere',
      {
        kind: 'variants',
        variants: [
          { name: 'a', source: 'BEGIN { }' },
          { name: 'b', source: 'BEGIN { x(); }' },
        ],
      },
      '/program/variants/1/source',
      /./,
    ],
  ])('refuse %s', async (_name, program, pointer, detail) => {
    const { status, body } = await controller.call<{ detail: string }>('POST', '/sessions', { program });
    expect([status, body]).toMatchObject([422, { code: 'invalid_program', pointer }]);
    expect(body.detail).toMatch(detail);
  });

  it('are scheduled by name', async () => {
    const body = { when: { kind: 'cron', cron: '0 3 * * *' }, session: funccount() };
    expect((await controller.call('POST', '/schedules', body)).status).toBe(201);
    const wrong = { ...body, session: funccount({}) };
    expect((await controller.call('POST', '/schedules', wrong)).body).toMatchObject({
      pointer: '/session/program/parameters/pattern',
    });
  });
});

describe('a token that is bounded to programs', () => {
  const headersFor = async (programs: readonly string[]) => {
    const body = { kind: 'api', role: 'operator', programs };
    const made = await controller.call<{ token: string }>('POST', '/tokens', body);
    return { authorization: `Bearer ${made.body.token}` };
  };

  it('may name tools, and tools by their digests, with any parameters', async () => {
    const { body } = await controller.call<{ digest: string }>('GET', '/tools/funccount');
    for (const programs of [['funccount'], [body.digest]]) {
      const { status } = await started(funccount({ pattern: 'vfs_write' }), await headersFor(programs));
      expect(status).toBe(202);
    }
  });

  it("may not run somebody's own script under the name of a tool", async () => {
    const headers = await headersFor(['funccount', 'opensnoop']);
    const source = 'tracepoint:raw_syscalls:sys_enter { @ = count(); }';
    const program = { kind: 'variants', variants: [{ name: 'funccount', source }] };
    expect((await controller.call('POST', '/sessions', { program }, headers)).status).toBe(403);
    const other = { kind: 'tool', name: 'stackcount', parameters: {} };
    expect((await controller.call('POST', '/sessions', { program: other }, headers)).status).toBe(422);
  });
});
