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
  controller = await TestController.start(server);
  agents = [];
  for (let index = 0; index < 4; index++) agents.push(await controller.agent(`n${index}`));
});
afterEach(async () => {
  for (const agent of agents) agent.close();
  await controller.stop();
});

const resource = async (id: string) => (await controller.call<SessionResourceBody>('GET', `/sessions/${id}`)).body;

/** A session of four nodes, of which one is the canary; which nodes were told is read off their streams. */
async function rolledOut(rollout: object): Promise<string> {
  const created = controller.call<SessionResourceBody>('POST', '/sessions', {
    program: { kind: 'script', source: 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }' },
    for: '1h',
    rollout,
  });
  for (const agent of agents) {
    const { requestId } = await agent.next('check');
    agent.send({ case: 'check', value: { requestId, response: { loads: true } } });
  }
  const { status, body } = await created;
  expect(status).toBe(202);
  return body.session.id;
}

/** The first of these that is told to run something. */
async function toldFirst(among: readonly ScriptedAgent[]): Promise<ScriptedAgent> {
  return Promise.race(
    among.map(async (agent) => {
      while ((await agent.next('desired')).assignments.length === 0);
      return agent;
    }),
  );
}

const manifest = (sessionId: string, outcome: Manifest_Outcome, reason: string) => ({
  sessionId,
  bootEpoch: 1n,
  firstSeq: 0n,
  lastSeq: 0n,
  produced: 0n,
  outcome,
  reason,
});

it('tells the others once the canary has measured long enough', async () => {
  const id = await rolledOut({ canary: '1', soak: '300ms' });
  const canary = await toldFirst(agents);
  expect((await resource(id)).session.rollout).toEqual({
    canary: '1',
    soak: '300ms',
    maxFailures: 0,
    wave: 1,
    waves: 2,
    halted: null,
  });
  canary.running(id, [countSchema]);
  await Promise.all(agents.filter((agent) => agent !== canary).map((agent) => toldFirst([agent])));
  expect((await resource(id)).session.rollout).toMatchObject({ wave: 2, waves: 2, halted: null });
});

it('halts where the canary fails: it is told to detach, the others are never told', async () => {
  const id = await rolledOut({ canary: '1', soak: '1h' });
  const canary = await toldFirst(agents);
  canary.running(id, [countSchema]);
  canary.manifest(manifest(id, Manifest_Outcome.PARTIAL, 'guard: it took 7 % of the CPUs'));
  await canary.next('manifestAck');
  for (let ended = false; !ended; ) ended = (await resource(id)).session.endedAt !== null;

  const { session, answer } = await resource(id);
  const reason = `1 of 1 nodes failed and none may fail: ${canary.identity.name}: guard: it took 7 % of the CPUs`;
  expect(session.state).toBe('failed');
  expect(session.rollout).toMatchObject({ wave: 1, halted: reason });
  expect(answer).toMatchObject({ targets: 4, partial: 1, skipped: 3 });
  for (const node of answer.nodes.filter(({ name }) => name !== canary.identity.name)) {
    expect(node).toMatchObject({ state: 'skipped', reason: `the rollout was halted before: ${reason}` });
  }
  for (const agent of agents.filter((each) => each !== canary)) {
    expect(agent.inbox.filter((item) => item.case === 'desired' && item.value.assignments.length > 0)).toEqual([]);
  }
});

it('a failure in a later wave has all detach', async () => {
  const id = await rolledOut({ canary: '1', soak: '0s', maxFailures: 0.25 });
  const canary = await toldFirst(agents);
  canary.running(id, [countSchema]);
  const others = agents.filter((agent) => agent !== canary);
  await Promise.all(others.map((agent) => toldFirst([agent])));
  const [one, two, three] = others as [ScriptedAgent, ScriptedAgent, ScriptedAgent];
  three.running(id, [countSchema]);
  one.manifest(manifest(id, Manifest_Outcome.FAILED, 'no such tracepoint'));
  await one.next('manifestAck');
  expect((await resource(id)).session.rollout?.halted).toBeNull();
  two.manifest(manifest(id, Manifest_Outcome.FAILED, 'no such tracepoint'));
  await two.next('manifestAck');
  for (const agent of [canary, three]) while ((await agent.next('desired')).assignments.length > 0);
  expect((await resource(id)).session.rollout?.halted).toMatch(/^2 of 4 nodes failed and at most 25 % may fail: /);
});

it('a session that is cancelled in its first wave ends at once where it was not told', async () => {
  const id = await rolledOut({ canary: '1', soak: '1h' });
  await toldFirst(agents);
  await controller.call('POST', `/sessions/${id}/cancel`);
  const { answer } = await resource(id);
  expect(answer.nodes.filter(({ reason }) => reason === 'cancelled before it was attached')).toHaveLength(3);
});
