import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '@bpfleet/testkit/simulator';
import type { Fault, FaultPlan } from './fault-plan.ts';
import type { Comparison, FaultedFleet } from './faulted-fleet.ts';

/** The plan's faults while a fleet measures, and afterwards the comparison of what is stored with what was made. */
export async function runFaults(cluster: Cluster, fleet: FaultedFleet, plan: FaultPlan): Promise<Comparison> {
  await fleet.whole();
  const measurement = await fleet.measure(plan);
  const start = performance.now();
  await Promise.all(
    plan.faults.map(async (fault) => {
      await sleep(Math.max(0, fault.atMs - (performance.now() - start)));
      await inflict(cluster, fleet, fault);
    }),
  );
  await Promise.all(cluster.replicas.map((_, index) => cluster.restart(index)));
  return measurement.compare();
}

async function inflict(cluster: Cluster, fleet: FaultedFleet, { kind, target, lastsMs }: Fault): Promise<void> {
  const index = target % cluster.replicas.length;
  const replica = cluster.replicas[index];
  switch (kind) {
    case 'kill-agents':
      return fleet.killSome(target, lastsMs);
    case 'stop-agents':
      return fleet.stopSome(target, lastsMs);
    case 'kill-controller':
      await replica?.child.kill();
      await sleep(lastsMs);
      return cluster.restart(index);
    case 'rolling-restart':
      for (const each of cluster.replicas.keys()) await cluster.cycle(each);
      return;
    case 'kill-database':
      return cluster.killDatabase();
    case 'full-disk':
      return cluster.fillDisk(lastsMs);
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
      return fleet.fillSpools(lastsMs);
    case 'replay':
      return fleet.replay(target, lastsMs);
  }
}
