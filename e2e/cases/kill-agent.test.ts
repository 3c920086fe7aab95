import { loadedPrograms } from '@bpfleet/kernel';
import { heldPrograms, until } from '@bpfleet/testkit';
import { expect, it } from 'vitest';
import { countCalls, document, ended, map, startSession } from './session.ts';
import { threeAgents } from './three-agents.ts';

const fleet = threeAgents();

it('kill -9 of an agent in mid-session: partial with a reason, the others complete, no program left, same identity after', async () => {
  const { lab, workload } = fleet;
  const identity = (await lab.nodes()).find((node) => node.name === 'beta')?.id;
  const before = await workload.calls(0);
  const id = await startSession(lab, countCalls(workload.pid), 8);
  const beta = lab.agents.get('beta');
  const programs = heldPrograms(beta?.pid ?? 0);
  expect(programs.size).toBeGreaterThan(0);

  const firstHalf = (await workload.calls(50_000)) - before;
  // The killed agent's share of the first half must have been captured: at least one whole window.
  const counted = async () =>
    (await document(lab, id, 'node')).maps
      .find(({ name }) => name === '@calls')
      ?.entries.find(({ group }) => group === 'beta')?.value;
  await until('a window of the first half', async () => Number(await counted()) === firstHalf, 5_000);
  await beta?.kill();
  const made = (await workload.calls(50_000)) - before;

  const result = await ended(lab, id);
  const node = (name: string) => result.answer.nodes.find((candidate) => candidate.name === name);
  expect(result.session.state).toBe('partial');
  expect(result.answer).toMatchObject({ targets: 3, complete: 2, partial: 1 });
  expect(node('beta')).toMatchObject({ state: 'partial', reason: expect.stringMatching(/\w+ \w+/) });
  for (const name of ['alpha', 'gamma']) expect(node(name)).toMatchObject({ state: 'complete', reason: null });
  expect(map(result, '@calls').entries).toMatchObject([{ value: made * 2 + firstHalf, nodes: 3 }]);
  const loaded = loadedPrograms();
  expect([...programs].filter((program) => loaded.has(program))).toEqual([]);

  await lab.startAgent('beta');
  await lab.online(3);
  expect((await lab.nodes()).filter((each) => each.name === 'beta').map((each) => each.id)).toEqual([identity]);
  const again = await startSession(lab, countCalls(workload.pid), 2);
  expect((await ended(lab, again)).answer).toMatchObject({ targets: 3, complete: 3 });
});
