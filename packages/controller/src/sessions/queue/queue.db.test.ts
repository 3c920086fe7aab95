import { Manifest_Outcome } from '@bpfleet/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { countSchema, type ScriptedAgent } from '../../testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from '../../testing/test-controller.ts';
import type { SessionResourceBody } from '../session.body.ts';

let server: TestServer;
let controller: TestController;
let agents: ScriptedAgent[];
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  controller = await TestController.start(server, { slots: 2, overhead: 0.05 });
  agents = [await controller.agent('a'), await controller.agent('b')];
});
afterEach(async () => {
  for (const agent of agents) agent.close();
  await controller.stop();
});

const opens = 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }';

async function made(over: Record<string, unknown>, source = opens): Promise<SessionResourceBody> {
  const created = controller.call<SessionResourceBody>('POST', '/sessions', {
    program: { kind: 'script', source },
    for: '1h',
    ...over,
  });
  for (const agent of agents) {
    const { requestId } = await agent.next('check');
    agent.send({ case: 'check', value: { requestId, response: { loads: true } } });
  }
  const { status, body } = await created;
  expect(status).toBe(202);
  return body;
}

/** Resolves when an agent is told to run exactly these. */
async function told(agent: ScriptedAgent, ids: readonly string[]): Promise<void> {
  for (;;) {
    const { assignments } = await agent.next('desired');
    if (assignments.map(({ sessionId }) => sessionId).join() === ids.join()) return;
  }
}

const resource = async (id: string) => (await controller.call<SessionResourceBody>('GET', `/sessions/${id}`)).body;
const end = async (agent: ScriptedAgent, sessionId: string) => {
  agent.running(sessionId, [countSchema]);
  agent.manifest({
    sessionId,
    bootEpoch: 1n,
    firstSeq: 0n,
    lastSeq: 0n,
    produced: 0n,
    outcome: Manifest_Outcome.COMPLETE,
  });
  await agent.next('manifestAck');
};

it('what finds no place waits, says for what and about how long, and begins when one is left', async () => {
  const [first, second, third] = [await made({}), await made({}), await made({})];
  const ids = [first, second, third].map(({ session }) => session.id) as [string, string, string];
  expect([first.queue, second.queue]).toEqual([null, null]);
  expect(third.session.state).toBe('pending');
  expect(third.queue).toMatchObject({ position: 1, waitsFor: 'a place on a node, of 2' });
  const inMs = Date.parse(third.queue?.startsAt ?? '') - Date.now();
  expect(inMs).toBeGreaterThan(3_500_000);
  expect(inMs).toBeLessThan(3_700_000);
  for (const agent of agents) await told(agent, ids.slice(0, 2));

  for (const agent of agents) await end(agent, ids[0]);
  for (const agent of agents) await told(agent, ids.slice(1));
  expect((await resource(ids[2])).queue).toBeNull();
});

it('the higher priority has the turn', async () => {
  const running = [await made({}), await made({})];
  const [low, high] = [await made({}), await made({ priority: 5 })];
  expect((await resource(low.session.id)).queue?.position).toBe(2);
  expect((await resource(high.session.id)).queue?.position).toBe(1);
  const ids = running.map(({ session }) => session.id) as [string, string];
  for (const agent of agents) await end(agent, ids[0]);
  for (const agent of agents) await told(agent, [ids[1], high.session.id]);
});

it('hardware counters are for one session at a time', async () => {
  const [one, other] = [
    await made({}, 'hardware:cycles:1000000 { @ = count(); }'),
    await made({}, 'h:instructions:99 { @ = count(); }'),
  ];
  expect(one.queue).toBeNull();
  expect(other.queue?.waitsFor).toBe('the hardware counters, which one session has at a time');
});

it('limits of overhead add up to what a node gives', async () => {
  const [one, other] = [await made({ limits: { overhead: 0.03 } }), await made({ limits: { overhead: 0.03 } })];
  expect(one.queue).toBeNull();
  expect(other.queue?.waitsFor).toBe("a node's budget of CPU time");
  const { status, body } = await controller.call('POST', '/sessions', {
    program: { kind: 'script', source: opens },
    limits: { overhead: 0.06 },
  });
  expect([status, body]).toMatchObject([400, { pointer: '/limits/overhead' }]);
});

it('one that is cancelled while it waits has ended, and no node hears of it', async () => {
  const running = [await made({}), await made({})];
  const { session } = await made({});
  await controller.call('POST', `/sessions/${session.id}/cancel`);
  const cancelled = await resource(session.id);
  expect(cancelled.session).toMatchObject({ state: 'cancelled', endedAt: expect.any(String) });
  expect(cancelled.answer.skipped).toBe(2);
  for (const agent of agents)
    await told(
      agent,
      running.map((each) => each.session.id),
    );
});
