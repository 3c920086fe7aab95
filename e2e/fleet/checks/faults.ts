import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TcpProxy, until } from '@bpfleet/testkit';
import type { Fleet } from '../run/fleet.ts';
import type { FleetNode, GuestLink } from '../run/fleet-node.ts';
import { type Outcome, outcomeOf } from '../run/outcome.ts';
import { FleetSession } from '../run/session.ts';
import type { FleetCheck } from './fleet-check.ts';

/** Longer than several windows, shorter than the time after which either side takes the other for dead, and longer. */
const faults: Readonly<Record<string, (proxy: TcpProxy) => Promise<void>>> = {
  latency: async (proxy) => {
    proxy.mode = { kind: 'latency', ms: 300 };
    await sleep(4_000);
  },
  stall: async (proxy) => {
    proxy.mode = { kind: 'stall' };
    await sleep(5_000);
  },
  reset: async (proxy) => {
    proxy.reset();
    await sleep(1_000);
    proxy.reset();
  },
  cut: async (proxy) => {
    proxy.mode = { kind: 'cut' };
    await sleep(6_000);
  },
};

/** Whatever happens between a node and the controller, its answer is complete in the end, and exact. */
export const faultyNetwork: FleetCheck = {
  name: 'faults',
  run: async (fleet) => {
    const node = fleet.nodes.find(({ guest }) => guest !== undefined);
    if (!node?.guest) return [];
    const { guest } = node;
    const outcomes: Outcome[] = [];
    for (const [name, strike] of Object.entries(faults))
      outcomes.push(await outcomeOf(node.name, `network ${name}`, () => survives(fleet, node, guest, strike)));
    return outcomes;
  },
};

async function survives(
  fleet: Fleet,
  node: FleetNode,
  { proxy }: GuestLink,
  strike: (proxy: TcpProxy) => Promise<void>,
): Promise<void> {
  // Ends by itself on each node, so that nothing but a fault could make a part of it incomplete.
  const script = `tracepoint:syscalls:sys_enter_write /comm == "dd" && args.count > 4000/ { @ = count(); }
    tracepoint:syscalls:sys_enter_write /comm == "dd" && args.count == 3989/ { exit(); }`;
  const host = fleet.node('host');
  const session = await FleetSession.start(fleet.lab, script, [node.name, host.name]);
  try {
    await node.run('writes 300 4441');
    await Promise.all([strike(proxy), node.run('writes 400 4441'), host.run('writes 100 4441')]);
    await Promise.all([node.run('writes 500 4441; writes 1 3989'), host.run('writes 1 3989')]);
  } finally {
    proxy.mode = { kind: 'pass' };
  }
  await session.ended();
  const { session: whole, answer, maps } = await session.document('node');
  assert.deepEqual(
    maps[0]?.entries.map(({ group, value }) => [group, value]),
    [
      [node.name, 1200],
      [host.name, 100],
    ].sort(),
  );
  assert.deepEqual(
    answer.nodes.map(({ name, state, reason }) => ({ name, state, reason })),
    answer.nodes.map(({ name }) => ({ name, state: 'complete', reason: null })),
  );
  assert.deepEqual([whole.state, answer.targets, answer.complete], ['complete', 2, 2]);
  for (const each of answer.nodes) assert.equal(each.produced, each.stored, each.name);
}

/** Kills a guest in mid-session; it is gone afterwards. */
export const killedGuest: FleetCheck = {
  name: 'a guest that is killed: its part is told, the others are complete',
  run: async (fleet) => {
    const node = fleet.nodes.findLast(({ guest }) => guest !== undefined);
    if (!node?.guest) return [];
    const { machine } = node.guest;
    return [await outcomeOf(node.name, killedGuest.name, () => isTold(fleet, node, () => machine.machine.kill()))];
  },
};

async function isTold(fleet: Fleet, node: FleetNode, kill: () => Promise<void>): Promise<void> {
  const script = 'tracepoint:syscalls:sys_enter_write /comm == "dd" && args.count > 4000/ { @ = count(); }';
  const names = fleet.nodes.map(({ name }) => name);
  const session = await FleetSession.start(fleet.lab, script, names);
  await node.run('writes 300 4447');
  const before = async () =>
    (await session.document('node')).maps[0]?.entries.find(({ group }) => group === node.name)?.value;
  let arrived: unknown;
  const all = async () => {
    arrived = await before();
    return arrived === 300;
  };
  await until('what it counted to arrive', all, 60_000).catch((error: Error) => {
    throw new Error(`${error.message}: ${arrived} of 300 are there`);
  });
  await kill();
  fleet.nodes.splice(fleet.nodes.indexOf(node), 1);
  await until('the controller to miss it', async () => !(await online(fleet, node.name)), 60_000);
  for (const other of fleet.nodes) await other.run('writes 200 4447');
  await session.end([node.name]);
  const { answer } = await session.document();
  const killed = answer.nodes.find(({ name }) => name === node.name);
  assert.ok(killed?.state === 'partial' || killed?.state === 'offline', `its state is ${killed?.state}`);
  assert.match(killed.reason ?? '', /\w+ \w+/);
  assert.equal(await before(), 300);
  const { maps } = await session.document();
  assert.equal(maps[0]?.entries[0]?.value, 300 + 200 * fleet.nodes.length);
}

async function online(fleet: Fleet, name: string): Promise<boolean> {
  return (await fleet.lab.nodes()).some((node) => node.name === name && node.state === 'online');
}
