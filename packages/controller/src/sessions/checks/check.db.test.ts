import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, TestController, type TestServer } from '../../testing/test-controller.ts';
import type { CheckedBody } from './check.body.ts';

let server: TestServer;
let controller: TestController;
beforeAll(async () => {
  server = await startTestServer();
  controller = await TestController.start(server);
});
afterAll(async () => {
  await controller.stop();
  await server.stop();
});

const check = (source: string, nodes = 'all') =>
  controller.call<CheckedBody>('POST', '/checks', { program: { kind: 'script', source }, nodes });

it('asks each node, says what it said, and makes no session', async () => {
  const [a, b, c] = [await controller.agent('a'), await controller.agent('b'), await controller.agent('c')];
  c.close();
  await expect
    .poll(async () => (await controller.call<{ state: string }>('GET', '/nodes/c')).body.state)
    .toBe('offline');
  const asked = check('kprobe:vfs_read { @ = count(); }');
  for (const [agent, response] of [
    [a, { loads: true }],
    [b, { loads: false, reason: 'this kernel has no kprobes' }],
  ] as const) {
    const { requestId } = await agent.next('check');
    agent.send({ case: 'check', value: { requestId, response } });
  }
  const { status, body } = await asked;
  expect(status).toBe(200);
  expect(body.items).toEqual([
    { node: 'a', arch: 'arm64', kernel: '6.1.0', answer: 'loads', reason: null, diagnostics: [] },
    {
      node: 'b',
      arch: 'arm64',
      kernel: '6.1.0',
      answer: 'refused',
      reason: 'this kernel has no kprobes',
      diagnostics: [],
    },
    { node: 'c', arch: 'arm64', kernel: '6.1.0', answer: 'offline', reason: null, diagnostics: [] },
  ]);
  expect((await controller.call<{ items: unknown[] }>('GET', '/sessions')).body.items).toEqual([]);
  for (const agent of [a, b]) agent.close();
});

it('a script that is wrong everywhere is refused before any node is asked', async () => {
  const { status, body } = await check('BEGIN { nothing(); }');
  expect([status, body]).toMatchObject([422, { code: 'invalid_program', pointer: '/program/source' }]);
});
