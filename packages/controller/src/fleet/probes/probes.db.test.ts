import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ScriptedAgent } from '../../testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from '../../testing/test-controller.ts';
import type { ProbeListBody } from './probe.body.ts';

let server: TestServer;
let controller: TestController;
let agents: ScriptedAgent[];
beforeAll(async () => {
  server = await startTestServer();
  controller = await TestController.start(server);
  agents = [await controller.agent('a'), await controller.agent('b'), await controller.agent('c', { zone: 'c' })];
});
afterAll(async () => {
  for (const agent of agents) agent.close();
  await controller.stop();
  await server.stop();
});

const find = (query: string) => controller.call<ProbeListBody>('GET', `/probes?${query}`);

it('asks nodes, and tells on how many each probe is', async () => {
  const asked = find('pattern=kprobe:vfs_*&nodes=zone!=c&arguments=true');
  const argument = { type: 'struct file *', name: 'file' };
  for (const [agent, names] of [
    [agents[0], ['kprobe:vfs_read', 'kprobe:vfs_open', 'kprobe:vfs_open']],
    [agents[1], ['kprobe:vfs_read']],
  ] as const) {
    const { requestId, request } = (await agent?.next('probes')) ?? {};
    expect(request).toMatchObject({ pattern: 'kprobe:vfs_*', arguments: true, limit: 1_000 });
    const probes = names.map((name) => ({ name, arguments: [argument] }));
    agent?.send({ case: 'probes', value: { requestId, response: { matched: names.length, probes } } });
  }
  expect((await asked).body).toEqual({
    items: [
      { name: 'kprobe:vfs_open', arguments: [argument], nodes: 1 },
      { name: 'kprobe:vfs_read', arguments: [argument], nodes: 2 },
    ],
    nodes: { chosen: 2, asked: 2, answered: 2 },
    more: false,
  });
});

it('says that there are more, and counts who could not answer', async () => {
  const asked = find('pattern=*&nodes=name%20in%20(a,b)&limit=1');
  const [first, second] = [await agents[0]?.next('probes'), await agents[1]?.next('probes')];
  const response = { matched: 9, probes: [{ name: 'x' }, { name: 'y' }] };
  agents[0]?.send({ case: 'probes', value: { requestId: first?.requestId, response } });
  agents[1]?.send({ case: 'probes', value: { requestId: second?.requestId, error: 'busy' } });
  expect((await asked).body).toEqual({
    items: [{ name: 'x', arguments: [], nodes: 1 }],
    nodes: { chosen: 2, asked: 2, answered: 1 },
    more: true,
  });
});

it.each([
  ['pattern=', 400],
  ['', 400],
  ['pattern=x&limit=0', 400],
  ['pattern=x&nodes=((', 422],
])('%s is refused', async (query, status) => {
  expect((await find(query)).status).toBe(status);
});
