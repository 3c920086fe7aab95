import type { ResultDocument } from '@bpfleet/aggregate';
import { Manifest_Outcome, ObservedAssignment_State } from '@bpfleet/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { count, countSchema, frame, ScriptedAgent } from '../testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from '../testing/test-controller.ts';

let server: TestServer;
let controller: TestController;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  controller = await TestController.start(server);
});
afterEach(() => controller.stop());

const document = async (id: string, query = '') =>
  (await controller.call<ResultDocument>('GET', `/sessions/${id}/results${query}`)).body;
const complete = (sessionId: string, lastSeq: bigint, produced: bigint) => ({
  sessionId,
  bootEpoch: 1n,
  firstSeq: lastSeq === 0n ? 0n : 1n,
  lastSeq,
  produced,
  outcome: Manifest_Outcome.COMPLETE,
});

describe('a session', () => {
  it('runs on two nodes, and its answer is whole', async () => {
    const [a, b] = [await controller.agent('a', { zone: 'x' }), await controller.agent('b', { zone: 'y' })];
    const id = await controller.session([a, b]);
    for (const [agent, by] of [
      [a, 2n],
      [b, 5n],
    ] as const) {
      agent.running(id, [countSchema]);
      agent.frames(frame(id, 1n, [count('bash', by)]), frame(id, 2n, [count('bash', by), count('cat', 1n)]));
      expect(await agent.next('ack')).toMatchObject({ sessionId: id, bootEpoch: 1n, seq: 2n });
    }
    expect((await document(id)).session.state).toBe('running');
    a.manifest(complete(id, 2n, 3n));
    await a.next('manifestAck');
    b.manifest(complete(id, 2n, 3n));
    await b.next('manifestAck');

    const merged = await document(id);
    expect(merged.session).toMatchObject({ state: 'complete', endedAt: expect.any(String), interval: '1s' });
    expect(merged.answer).toMatchObject({
      targets: 2,
      complete: 2,
      partial: 0,
      nodes: [{ name: 'a', produced: 3, stored: 3 }, { name: 'b' }],
    });
    expect(merged.maps).toEqual([
      {
        name: '@opens',
        kind: 'count',
        key: ['string'],
        entries: expect.arrayContaining([
          { key: ['cat'], value: 2, nodes: 2 },
          { key: ['bash'], value: 14, nodes: 2 },
        ]),
      },
    ]);
    const byNode = (await document(id, '?by=node')).maps[0]?.entries;
    expect(byNode).toContainEqual({ key: ['bash'], value: 4, nodes: 1, group: 'a' });
    expect(byNode).toContainEqual({ key: ['bash'], value: 10, nodes: 1, group: 'b' });
    expect((await document(id, '?by=label:zone')).maps[0]?.entries).toContainEqual({
      key: ['bash'],
      value: 10,
      nodes: 1,
      group: 'y',
    });
    const windows = (await document(id, '?by=window')).maps[0]?.entries ?? [];
    expect(windows.filter(({ key }) => key[0] === 'bash').reduce((sum, { value }) => sum + Number(value), 0)).toBe(14);
    for (const agent of [a, b]) agent.close();
  });

  it('survives a restart of the controller: the desired state is the same, frames sent twice count once', async () => {
    const first = await controller.agent('a');
    const id = await controller.session([first]);
    first.running(id, [countSchema]);
    first.frames(frame(id, 1n, [count('bash', 1n)]));
    await first.next('ack');
    controller = await controller.restart();
    const again = new ScriptedAgent(controller.running.agentAddress, first.identity);
    again.hello();
    expect(await again.next('welcome')).toMatchObject({ connectionEpoch: 2n });
    expect(await again.next('desired')).toMatchObject({ assignments: [{ sessionId: id }] });
    again.frames(frame(id, 1n, [count('bash', 1n)]), frame(id, 2n, [count('bash', 1n)]));
    expect(await again.next('ack')).toMatchObject({ seq: 2n });
    again.manifest(complete(id, 2n, 2n));
    expect(await again.next('desired')).toMatchObject({ assignments: [] });
    await again.next('manifestAck');
    const { session, answer, maps } = await document(id);
    expect(session.state).toBe('complete');
    expect(answer.nodes[0]).toMatchObject({ state: 'complete', produced: 2, stored: 2 });
    expect(maps[0]?.entries).toEqual([{ key: ['bash'], value: 2, nodes: 1 }]);
    first.close();
    again.close();
  });

  it('acknowledges only what is without a gap, and becomes complete when the gap is closed after its end', async () => {
    const agent = await controller.agent('a');
    const id = await controller.session([agent]);
    agent.running(id, [countSchema]);
    agent.frames(frame(id, 1n, [count('k', 1n)]), frame(id, 3n, [count('k', 4n)]));
    expect(await agent.next('ack')).toMatchObject({ seq: 1n });
    agent.manifest(complete(id, 3n, 3n));
    await agent.next('manifestAck');
    expect((await document(id)).answer.nodes[0]).toMatchObject({
      state: 'partial',
      reason: '1 of 3 windows did not arrive',
    });
    agent.frames(frame(id, 2n, [count('k', 2n)]));
    expect(await agent.next('ack')).toMatchObject({ seq: 3n });
    const { session, answer, maps } = await document(id);
    expect([session.state, answer.nodes[0]?.state]).toEqual(['complete', 'complete']);
    expect(maps[0]?.entries).toEqual([{ key: ['k'], value: 7, nodes: 1 }]);
    agent.close();
  });

  it('is cancelled: the node is told, and its account ends the session', async () => {
    const agent = await controller.agent('a');
    const id = await controller.session([agent]);
    agent.running(id, [countSchema]);
    agent.frames(frame(id, 1n, [count('k', 1n)]));
    await agent.next('ack');
    const { status } = await controller.call('POST', `/sessions/${id}/cancel`);
    expect(status).toBe(202);
    expect(await agent.next('desired')).toMatchObject({ assignments: [] });
    agent.manifest({ ...complete(id, 1n, 1n), outcome: Manifest_Outcome.PARTIAL, reason: 'cancelled' });
    await agent.next('manifestAck');
    expect(await document(id)).toMatchObject({
      session: { state: 'cancelled' },
      answer: { targets: 1, partial: 1, nodes: [{ reason: 'cancelled' }] },
    });
    agent.close();
  });

  it('fails where the node could not attach', async () => {
    const agent = await controller.agent('a');
    const id = await controller.session([agent]);
    const state = ObservedAssignment_State.FAILED;
    agent.send({ case: 'observed', value: { assignments: [{ sessionId: id, state, reason: 'EPERM at attach' }] } });
    agent.manifest({ ...complete(id, 0n, 0n), outcome: Manifest_Outcome.FAILED, reason: 'EPERM at attach' });
    await agent.next('manifestAck');
    expect(await document(id)).toMatchObject({
      session: { state: 'failed' },
      answer: { targets: 1, failed: 1, nodes: [{ state: 'failed', reason: 'EPERM at attach' }] },
    });
    agent.close();
  });
});
