import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { countCalls, document, ended, map, startSession } from './session.ts';
import { threeAgents } from './three-agents.ts';

const fleet = threeAgents();

it('kill -9 of the controller in mid-session and a restart: complete, nothing lost, nothing twice', async () => {
  const { lab, workload } = fleet;
  const before = await workload.calls(0);
  const id = await startSession(lab, countCalls(workload.pid), 12);
  workload.rate(20_000);
  // In the midst of windows on their way, not between them.
  await sleep(3_300);
  await lab.controller.kill();
  await sleep(2_500);
  // Stopped before the restart: how long that takes on a busy machine must not reach beyond the session's end.
  const made = (await workload.stop()) - before;
  await lab.startController();

  const result = await ended(lab, id);
  expect(result.session.state).toBe('complete');
  expect(result.answer).toMatchObject({ targets: 3, complete: 3 });
  for (const node of result.answer.nodes) {
    expect(node.produced).toBe(node.stored);
    expect(node.lost).toEqual({ kernel: 0, sampledOut: 0, truncated: 0, evicted: 0, mapFull: 0, readFailed: 0 });
  }
  expect(map(result, '@calls').entries).toEqual([{ key: [], value: made * 3, nodes: 3 }]);
  expect(map(result, '@ret').entries[0]?.count).toBe(made * 3);
  const windows = map(await document(lab, id, 'window'), '@calls').entries;
  expect(windows.reduce((sum, { value }) => sum + Number(value), 0)).toBe(made * 3);
});

it('ends a session whose time ran out while no controller was there', async () => {
  const { lab, workload } = fleet;
  const before = await workload.calls(0);
  const id = await startSession(lab, countCalls(workload.pid), 3);
  await lab.controller.kill();
  const made = (await workload.calls(10_000)) - before;
  await sleep(4_000);
  await lab.startController();
  const result = await ended(lab, id);
  expect(result.answer).toMatchObject({ targets: 3, complete: 3 });
  expect(map(result, '@calls').entries).toEqual([{ key: [], value: made * 3, nodes: 3 }]);
});
