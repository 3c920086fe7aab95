import { Manifest_Outcome } from '@bpfleet/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { countSchema, ScriptedAgent } from '../../testing/scripted-agent.ts';
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
  for (const name of ['a', 'b', 'c', 'd']) agents.push(await controller.agent(name));
});
afterEach(async () => {
  for (const agent of agents) agent.close();
  await controller.stop();
});

const program = { kind: 'script', source: 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }' };

/** Makes a session; agents that are asked say that the program loads. */
async function created(over: object) {
  let asking = true;
  const answered = Promise.all(
    agents.map(async (agent) => {
      while (asking) {
        const at = agent.inbox.findIndex((item) => item.case === 'check');
        if (at < 0) await new Promise((resolve) => setTimeout(resolve, 10));
        else {
          const [question] = agent.inbox.splice(at, 1);
          if (question?.case !== 'check') continue;
          agent.send({ case: 'check', value: { requestId: question.value.requestId, response: { loads: true } } });
        }
      }
    }),
  );
  const answer = await controller.call<SessionResourceBody>('POST', '/sessions', { program, for: '1h', ...over });
  asking = false;
  await answered;
  return answer;
}

it('a sample is drawn, says what it stands for, and is drawn again by its seed', async () => {
  const { status, body } = await created({ sample: '50%' });
  expect(status).toBe(202);
  expect(body.session.sample).toEqual({ seed: expect.stringMatching(/^[0-9a-f]{16}$/), of: 4, nodes: 2, weight: 2 });
  const names = body.answer.nodes.map(({ name }) => name);
  const again = await created({ sample: '50%', seed: body.session.sample?.seed });
  expect(again.body.answer.nodes.map(({ name }) => name)).toEqual(names);
});

it('no more nodes than the most', async () => {
  const { body } = await created({ maxNodes: 3 });
  expect(body.answer.targets).toBe(3);
});

it.each([
  [{ seed: 'x' }, '/seed', 400],
  [{ late: true, maxNodes: 1 }, '/late'],
  [{ sample: 'some' }, '/sample'],
  [{ startAt: '2020-01-01T00:00:00Z' }, '/startAt'],
  [{ startAt: new Date(Date.now() + 60_000).toISOString(), rollout: {} }, '/startAt'],
  [{ rollout: { canary: '0' } }, '/rollout/canary'],
  [{ rollout: { soak: 'long' } }, '/rollout/soak', 422],
  [{ rollout: { maxFailures: 2 } }, '/rollout/maxFailures'],
])('%j is refused', async (over, pointer, expected = 400) => {
  const { status, body } = await controller.call('POST', '/sessions', { program, ...over });
  expect(status).toBe(expected);
  expect(body).toMatchObject({ pointer });
});

it('nodes that come while it runs take part in what is left of it', async () => {
  const { body } = await created({ late: true, nodes: 'name=late-*,name!=late-9' });
  expect(body).toMatchObject({ code: 'no_matching_node' });
  const [first] = agents as [ScriptedAgent];
  const { body: running } = await created({ late: true, nodes: 'name!=late-9', for: '10m' });
  const { id } = running.session;
  first.running(id, [countSchema]);
  const [late, other] = [await controller.enrol('late-1'), await controller.enrol('late-9')];
  for (const identity of [late, other])
    agents.push(await ScriptedAgent.connected(controller.running.agentAddress, identity));
  const joined = agents.at(-2) as ScriptedAgent;
  const { requestId } = await joined.next('check');
  joined.send({ case: 'check', value: { requestId, response: { loads: true } } });
  const { assignments } = await joined.next('desired');
  expect(assignments).toMatchObject([{ sessionId: id }]);
  expect(Number(assignments[0]?.timing?.duration?.seconds)).toBeLessThan(600);
  joined.running(id, [countSchema]);
  joined.manifest({
    sessionId: id,
    bootEpoch: 1n,
    firstSeq: 0n,
    lastSeq: 0n,
    produced: 0n,
    outcome: Manifest_Outcome.COMPLETE,
  });
  await joined.next('manifestAck');
  const { body: after } = await controller.call<SessionResourceBody>('GET', `/sessions/${id}`);
  expect(after.answer.targets).toBe(5);
  expect(after.answer.nodes.find(({ name }) => name === 'late-1')).toMatchObject({
    state: 'partial',
    reason: expect.stringMatching(/^it came \d+\.\d s after the start$/),
  });
});

it('a node that was offline when it began takes part once it returns', async () => {
  const gone = agents.pop() as ScriptedAgent;
  gone.close();
  await vi.waitFor(async () => {
    const { body } = await controller.call<{ state: string }>('GET', `/nodes/${gone.identity.name}`);
    expect(body.state).toBe('offline');
  });
  const { body } = await created({ late: true });
  expect(body.answer.nodes.find(({ name }) => name === gone.identity.name)?.state).toBe('offline');
  const back = await ScriptedAgent.connected(controller.running.agentAddress, gone.identity);
  agents.push(back);
  const { requestId } = await back.next('check');
  back.send({ case: 'check', value: { requestId, response: { loads: true } } });
  expect((await back.next('desired')).assignments).toMatchObject([{ sessionId: body.session.id }]);
});

it('a start to come is told with the session', async () => {
  const startAt = new Date(Date.now() + 60_000).toISOString();
  const { body } = await created({ startAt });
  expect(body.startAt).toBe(startAt);
  const [agent] = agents as [ScriptedAgent];
  const { assignments } = await agent.next('desired');
  expect(Number(assignments[0]?.startAt?.seconds)).toBe(Math.floor(Date.parse(startAt) / 1000));
});
