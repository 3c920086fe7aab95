import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '@bpfleet/testkit';
import type { FleetProcess } from '@bpfleet/testkit/simulator';

const source = 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }';
const lookEveryMs = 50;
const patienceMs = 180_000;

export interface Shape {
  /** Selector. */
  readonly nodes: string;
  readonly for: string;
  readonly every: string;
}

export interface Started {
  readonly id: string;
  /** From the request to the last agent's attachment. */
  readonly attachMs: number;
}

/** Creates a session, and waits until so many agents have attached. */
export async function startSession(lab: Lab, fleet: FleetProcess, shape: Shape, agents: number): Promise<Started> {
  await fleet.commands.counts();
  const start = Date.now();
  const body = { program: { kind: 'script', source }, ...shape };
  const { session } = await lab.call<{ session: { id: string } }>('POST', '/sessions', body);
  const last = await lastOf(fleet, agents, ({ attached, lastAttachedAt }) => [attached, lastAttachedAt]);
  return { id: session.id, attachMs: last - start };
}

/** Cancels it. Returns how long it took until the last of so many agents had detached, milliseconds. */
export async function cancelSession(lab: Lab, fleet: FleetProcess, id: string, agents: number): Promise<number> {
  await fleet.commands.counts();
  const start = Date.now();
  await lab.call('POST', `/sessions/${id}/cancel`);
  return (await lastOf(fleet, agents, ({ detached, lastDetachedAt }) => [detached, lastDetachedAt])) - start;
}

/** Waits until every agent has delivered everything. */
export async function allDelivered(fleet: FleetProcess): Promise<void> {
  const end = performance.now() + patienceMs;
  while ((await fleet.commands.undelivered()) > 0) {
    if (performance.now() > end) throw new Error('the agents cannot deliver what they have');
    await sleep(lookEveryMs);
  }
}

type Counts = Awaited<ReturnType<FleetProcess['commands']['counts']>>;

async function lastOf(
  fleet: FleetProcess,
  agents: number,
  read: (counts: Counts) => [count: number, lastAt: number],
): Promise<number> {
  let [seen, last] = [0, 0];
  const end = performance.now() + patienceMs;
  while (seen < agents) {
    if (performance.now() > end) throw new Error(`only ${seen} of ${agents} agents followed`);
    await sleep(lookEveryMs);
    const [count, at] = read(await fleet.commands.counts());
    seen += count;
    if (count > 0) last = at;
  }
  return last;
}
