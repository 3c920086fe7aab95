import assert from 'node:assert/strict';
import type { ResultDocument } from '@bpfleet/aggregate';
import { eachOf } from '../run/each-of.ts';
import { atOnce, type Fleet } from '../run/fleet.ts';
import { outcomeOf } from '../run/outcome.ts';
import { FleetSession } from '../run/session.ts';
import type { FleetCheck } from './fleet-check.ts';

const script = `tracepoint:syscalls:sys_enter_write /comm == "dd" && args.count > 4000/ {
  @calls = count(); @bytes = sum(args.count); @size = hist(args.count);
}
tracepoint:syscalls:sys_enter_write /comm == "dd" && args.count == 3989/ { exit(); }`;

/** Law: the merged answer is the sum of what the workloads counted themselves, and its parts add up to it. */
export const oneSession: FleetCheck = {
  name: 'one session over all nodes: the merge is the sum, by label:arch splits it',
  run: async (fleet) => [await outcomeOf('fleet', oneSession.name, () => sumsUp(fleet))],
};

async function sumsUp(fleet: Fleet): Promise<void> {
  const { nodes, lab } = fleet;
  const session = await FleetSession.start(
    lab,
    script,
    nodes.map(({ name }) => name),
  );
  const sizes = new Map(nodes.map((node, index) => [node, { times: 500 + index * 10, bytes: 5000 + index * 900 }]));
  await eachOf(nodes, atOnce, async (node) => {
    const { times, bytes } = sizes.get(node) ?? { times: 0, bytes: 0 };
    assert.equal((await node.run(`writes ${times} ${bytes}`)).trim(), `made ${times}`);
  });
  await eachOf(nodes, atOnce, (node) => node.run('writes 1 3989'));
  await session.ended();
  const sum = (of: (size: { times: number; bytes: number }) => number) =>
    [...sizes.values()].reduce((total, size) => total + of(size), 0);
  const merged = await session.document();
  assert.equal(
    value(merged, '@calls'),
    sum(({ times }) => times),
  );
  assert.equal(
    value(merged, '@bytes'),
    sum(({ times, bytes }) => times * bytes),
  );
  assert.equal(
    merged.maps.find(({ name }) => name === '@size')?.entries[0]?.count,
    sum(({ times }) => times),
  );
  assert.equal(merged.answer.targets, nodes.length);
  // A busy kernel may pass over a program, which is told; nothing else may be missing.
  for (const { name, reason } of merged.answer.nodes) assert.match(reason ?? '', /^(records were lost: .*)?$/, name);
  const byArch = await session.document('label:arch');
  const expected = Map.groupBy(sizes, ([node]) => node.info.arch);
  assert.deepEqual(
    new Map(byArch.maps.find(({ name }) => name === '@calls')?.entries.map((entry) => [entry.group, entry.value])),
    new Map([...expected].map(([arch, group]) => [arch, group.reduce((total, [, { times }]) => total + times, 0)])),
  );
  const shown = await lab.cli('results', session.id, '--map', '@size');
  console.log(
    `one session over ${nodes.length} nodes: ${nodes.map(({ info }) => `${info.name} ${info.arch} ${info.kernel}`).join(', ')}\n${shown.stdout}`,
  );
}

const value = (document: ResultDocument, map: string) =>
  document.maps.find(({ name }) => name === map)?.entries[0]?.value;
