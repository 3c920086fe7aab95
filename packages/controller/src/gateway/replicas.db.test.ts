import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startController } from '../start-controller.ts';
import { count, countSchema, frame, ScriptedAgent } from '../testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer, testFolder } from '../testing/test-controller.ts';

let server: TestServer;
let a: TestController;
let b: TestController;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  a = await TestController.start(server);
  b = await a.replica();
});
afterEach(async () => {
  await b.stop();
  await a.stop();
});

const script = { kind: 'script', source: 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }' };
const request = { program: script, nodes: 'all', for: '5s', every: '1s' };

/** A node that is connected to the second controller. */
async function agentOfB(name: string): Promise<ScriptedAgent> {
  return ScriptedAgent.connected(b.running.agentAddress, await a.enrol(name));
}

describe('two controllers on one database', () => {
  it('check a program on each other’s nodes, start it there and cancel it', async () => {
    const agent = await agentOfB('n');
    const created = a.call<{ session: { id: string } }>('POST', '/sessions', request);
    const { requestId } = await agent.next('check');
    agent.send({ case: 'check', value: { requestId, response: { loads: true } } });
    const id = (await created).body.session.id;
    expect((await agent.next('desired')).assignments).toMatchObject([{ sessionId: id }]);
    await a.call('POST', `/sessions/${id}/cancel`);
    expect((await agent.next('desired')).assignments).toEqual([]);
    expect(await a.source.query('select 1 from node_question union all select 1 from node_answer')).toEqual([]);
    agent.close();
  });

  it('refuse a program that another’s node does not take', async () => {
    const agent = await agentOfB('n');
    const created = a.call('POST', '/sessions', request);
    const { requestId } = await agent.next('check');
    agent.send({ case: 'check', value: { requestId, response: { loads: false, reason: 'no such tracepoint' } } });
    expect(await created).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('no such tracepoint') },
    });
    agent.close();
  });

  it('hand a node over: what the older connection still says is refused, and nothing is stored twice', async () => {
    const identity = await a.enrol('n');
    const older = await ScriptedAgent.connected(a.running.agentAddress, identity);
    const id = await a.session([older]);
    older.running(id, [countSchema]);
    older.frames(frame(id, 1n, [count('k', 1n)]));
    await older.next('ack');

    const newer = new ScriptedAgent(b.running.agentAddress, identity);
    newer.hello();
    expect(await newer.next('welcome')).toMatchObject({ connectionEpoch: 2n });
    expect((await newer.next('desired')).assignments).toMatchObject([{ sessionId: id }]);
    newer.running(id, [countSchema]);
    newer.frames(frame(id, 1n, [count('k', 1n)]), frame(id, 2n, [count('k', 1n)]));
    expect(await newer.next('ack')).toMatchObject({ seq: 2n });

    older.frames(frame(id, 2n, [count('k', 1n)]), frame(id, 3n, [count('k', 1n)]));
    expect((await older.ended()).code).toBe('ABORTED');
    const { body } = await b.call<{ maps: object[] }>('GET', `/sessions/${id}/results`);
    expect(body.maps).toMatchObject([{ entries: [{ key: ['k'], value: 2 }] }]);
    expect((await a.call('GET', '/nodes/n')).body.state).toBe('online');
    for (const agent of [older, newer]) agent.close();
  });

  it('have one authority between them', async () => {
    const dataDir = await testFolder();
    await expect(startController({ ...a.config, dataDir })).rejects.toMatchObject({ code: 'other_authority' });
    await rm(join(dataDir), { recursive: true });
  });
});
