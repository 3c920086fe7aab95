import { setTimeout as sleep } from 'node:timers/promises';
import type { ResultDocument } from '@bpfleet/aggregate';
import { until } from '@bpfleet/testkit';
import { type Cluster, makeJoinTokens, SimulatedFleet } from '@bpfleet/testkit/simulator';
import { lossWays, lostBy } from './check-sheet.ts';
import { syntheticDiffers } from './check-synthetic.ts';
import type { FaultPlan } from './fault-plan.ts';
import { type Comparison, type FaultedFleet, type Measurement, patienceMs } from './faulted-fleet.ts';
import { recordsOf, storedFrames } from './stored-frames.ts';

/** What simulated agents are asked for matters to none of them. */
const source = 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }';
const smallSpool = 3;

/** Simulated agents: many, cheap, and what each frame holds is known. One session measures all of them. */
export class SyntheticFleet implements FaultedFleet {
  readonly simulated: SimulatedFleet;
  readonly #cluster: Cluster;

  private constructor(cluster: Cluster, simulated: SimulatedFleet) {
    this.#cluster = cluster;
    this.simulated = simulated;
  }

  static async start(cluster: Cluster, seed: number, nodes: number): Promise<SyntheticFleet> {
    const joinTokens = await makeJoinTokens(cluster, nodes);
    const { addresses, caPem } = cluster;
    const shape = { prefix: 'n', payloadBytes: 512, framesPerWindow: 2 };
    return new SyntheticFleet(
      cluster,
      await SimulatedFleet.start({ seed, nodes, addresses, caPem, joinTokens, ...shape }),
    );
  }

  whole(): Promise<void> {
    const { agents } = this.simulated;
    return until('the fleet to be whole', () => this.simulated.connected === agents.length, patienceMs);
  }

  async measure(plan: FaultPlan): Promise<Measurement> {
    const made = await this.#cluster.call<{ session: { id: string } }>('POST', '/sessions', {
      program: { kind: 'script', source },
      nodes: 'all',
      for: `${plan.durationMs}ms`,
      every: `${plan.intervalMs}ms`,
    });
    return { compare: () => this.#compare(made.session.id) };
  }

  async killSome(target: number, lastsMs: number): Promise<void> {
    await this.#away('kill', target, lastsMs);
  }

  async stopSome(target: number, lastsMs: number): Promise<void> {
    await this.#away('stop', target, lastsMs);
  }

  async fillSpools(lastsMs: number): Promise<void> {
    const { behaviour } = this.simulated;
    behaviour.spoolFrames = smallSpool;
    await sleep(lastsMs);
    behaviour.spoolFrames = Number.POSITIVE_INFINITY;
  }

  async replay(target: number): Promise<void> {
    for (const agent of this.#some(target)) agent.replay(Date.now());
  }

  async close(): Promise<void> {
    this.simulated.close();
  }

  async #away(how: 'kill' | 'stop', target: number, lastsMs: number): Promise<void> {
    const some = this.#some(target);
    for (const agent of some) agent[how](Date.now());
    await sleep(lastsMs);
    for (const agent of some) agent.restart(Date.now());
  }

  #some(target: number) {
    return this.simulated.agents.filter((_, index) => index % 3 === target % 3);
  }

  async #compare(sessionId: string): Promise<Comparison> {
    const { agents, windows } = this.simulated;
    const document = await this.#settled(sessionId);
    const frames = await storedFrames(this.#cluster.databaseUrl, sessionId);
    const names = new Map(agents.map(({ identity }) => [identity.nodeId, identity.name]));
    const logs = this.simulated.logs().filter((log) => log.sessionId === sessionId);
    const wrong = syntheticDiffers({ windows, logs, names, frames, document });
    return { records: recordsOf(frames), lost: lostBy(document, lossWays), wrong };
  }

  /** The document by node, once the session has ended and every agent has delivered what it has. */
  async #settled(sessionId: string): Promise<ResultDocument> {
    const read = () => this.#cluster.call<ResultDocument>('GET', `/sessions/${sessionId}/results?by=node`);
    const isOver = async () =>
      (await read().catch(() => undefined))?.session.endedAt != null && this.simulated.undelivered === 0;
    await until('the session to end', isOver, patienceMs);
    return read();
  }
}
