import { setTimeout as sleep } from 'node:timers/promises';
import type { ResultDocument } from '@bpfleet/aggregate';
import { until } from '@bpfleet/testkit';
import { type Cluster, makeJoinTokens, SimulatedFleet } from '@bpfleet/testkit/simulator';
import pg from 'pg';
import { differences, type StoredFrame } from './check-truth.ts';
import type { Fault, FaultPlan } from './fault-plan.ts';

const source = 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }';
const settlePatienceMs = 90_000;
const smallSpool = 3;

export interface FaultRun {
  readonly plan: FaultPlan;
  readonly sessionId: string;
  readonly records: number;
  /** Nothing where all is as it should be. */
  readonly wrong: readonly string[];
}

/** A simulated fleet of a cluster. The caller closes it. */
export async function startFaultFleet(cluster: Cluster, seed: number, nodes: number): Promise<SimulatedFleet> {
  const joinTokens = await makeJoinTokens(cluster, nodes);
  const { addresses, caPem } = cluster;
  const shape = { prefix: 'n', payloadBytes: 512, framesPerWindow: 2 };
  const fleet = await SimulatedFleet.start({ seed, nodes, addresses, caPem, joinTokens, ...shape });
  await until('the fleet to connect', () => fleet.connected === nodes, settlePatienceMs);
  return fleet;
}

/** One session while things go wrong, and afterwards the comparison of what is stored with what was made. */
export async function runFaults(cluster: Cluster, fleet: SimulatedFleet, plan: FaultPlan): Promise<FaultRun> {
  await until('the fleet to be whole', () => fleet.connected === fleet.agents.length, settlePatienceMs);
  const made = await cluster.call<{ session: { id: string } }>('POST', '/sessions', {
    program: { kind: 'script', source },
    nodes: 'all',
    for: `${plan.durationMs}ms`,
    every: `${plan.intervalMs}ms`,
  });
  const sessionId = made.session.id;
  const start = performance.now();
  await Promise.all(
    plan.faults.map(async (fault) => {
      await sleep(fault.atMs - (performance.now() - start));
      await inflict(cluster, fleet, fault);
    }),
  );
  await Promise.all(cluster.replicas.map((_, index) => cluster.restart(index)));
  const document = await settled(cluster, fleet, sessionId);
  const frames = await storedFrames(cluster.databaseUrl, sessionId);
  const names = new Map(fleet.agents.map(({ identity }) => [identity.nodeId, identity.name]));
  const logs = fleet.logs().filter((log) => log.sessionId === sessionId);
  const wrong = differences({ windows: fleet.windows, logs, names, frames, document });
  return { plan, sessionId, records: frames.reduce((sum, { records }) => sum + records, 0), wrong };
}

async function inflict(cluster: Cluster, fleet: SimulatedFleet, { kind, target, lastsMs }: Fault): Promise<void> {
  const index = target % cluster.replicas.length;
  const replica = cluster.replicas[index];
  const some = fleet.agents.filter((_, agent) => agent % 3 === target % 3);
  const now = Date.now();
  switch (kind) {
    case 'kill-agents':
      for (const agent of some) agent.kill(now);
      await sleep(lastsMs);
      for (const agent of some) agent.restart(Date.now());
      return;
    case 'kill-controller':
      await replica?.child.kill();
      await sleep(lastsMs);
      await cluster.restart(index);
      return;
    case 'rolling-restart':
      for (const each of cluster.replicas.keys()) await cluster.cycle(each);
      return;
    case 'kill-database':
      await cluster.killDatabase();
      return;
    case 'full-disk':
      await cluster.fillDisk(lastsMs);
      return;
    case 'partition':
    case 'stall':
      if (!replica) return;
      replica.proxy.mode = { kind: kind === 'stall' ? 'stall' : 'cut' };
      await sleep(lastsMs);
      replica.proxy.mode = { kind: 'pass' };
      return;
    case 'reset':
      replica?.proxy.reset();
      return;
    case 'full-spool':
      fleet.behaviour.spoolFrames = smallSpool;
      await sleep(lastsMs);
      fleet.behaviour.spoolFrames = Number.POSITIVE_INFINITY;
      return;
    case 'replay':
      for (const agent of some) agent.replay(now);
      return;
  }
}

/** The document by node, once the session has ended and every agent has delivered what it has. */
async function settled(cluster: Cluster, fleet: SimulatedFleet, sessionId: string): Promise<ResultDocument> {
  let document: ResultDocument | undefined;
  const isOver = async () => {
    document = await cluster
      .call<ResultDocument>('GET', `/sessions/${sessionId}/results?by=node`)
      .catch(() => undefined);
    return document?.session.endedAt != null && fleet.undelivered === 0;
  };
  await until('the session to end', isOver, settlePatienceMs);
  await isOver();
  if (!document) throw new Error('the session has no result');
  return document;
}

async function storedFrames(url: string, sessionId: string): Promise<StoredFrame[]> {
  const database = new pg.Client(url);
  await database.connect();
  try {
    const { rows } = await database.query(
      `select node_id as "nodeId", boot_epoch as "bootEpoch", seq, records, payload from frame where session_id = $1`,
      [sessionId],
    );
    return rows;
  } finally {
    await database.end();
  }
}
