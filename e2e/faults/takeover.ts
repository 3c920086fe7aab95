import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@bpfleet/testkit';
import type { Cluster } from '@bpfleet/testkit/simulator';
import type { SyntheticFleet } from './synthetic-fleet.ts';

const patienceMs = 60_000;
const lookEveryMs = 20;
const source = 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }';

export interface Takeover {
  /** From the death of a controller until its nodes are all with others, milliseconds. */
  readonly tookMs: number;
  /** How many nodes it had. */
  readonly nodes: number;
}

/** Kills one controller after the other while a session runs, each of which comes again before the next. */
export async function takeOver(
  cluster: Cluster,
  { simulated: fleet }: SyntheticFleet,
  kills: number,
): Promise<Takeover[]> {
  const all = fleet.agents.length;
  const whole = () => until('the fleet to be whole', () => fleet.connected === all, patienceMs);
  await whole();
  fleet.takeCounts();
  const program = { kind: 'script', source };
  await cluster.call('POST', '/sessions', { program, nodes: 'all', for: '1h', every: '1s' });
  await sleep(1_000);
  const takeovers: Takeover[] = [];
  for (let kill = 0; kill < kills; kill++) {
    await whole();
    const index = kill % cluster.replicas.length;
    await cluster.replicas[index]?.child.kill();
    const start = performance.now();
    await sleep(lookEveryMs);
    const nodes = all - fleet.connected;
    await whole();
    takeovers.push({ tookMs: performance.now() - start, nodes });
    await cluster.restart(index);
  }
  // Every agent attached the one session once, whoever told it how often.
  const { attached } = fleet.takeCounts();
  if (attached !== all) throw new Error(`${all} agents attached ${attached} times`);
  return takeovers;
}
