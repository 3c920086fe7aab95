import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResultDocument } from '@bpfleet/aggregate';
import { NumberedReads, type ProxyMode, SmallDisk, until } from '@bpfleet/testkit';
import { below, type Cluster, makeJoinTokens, SupervisedAgent, seededRandom } from '@bpfleet/testkit/simulator';
import { readsDiffer } from './check-reads.ts';
import { lossWays, lostBy } from './check-sheet.ts';
import type { FaultPlan } from './fault-plan.ts';
import { type Comparison, type FaultedFleet, type Measurement, patienceMs } from './faulted-fleet.ts';
import { readsScript } from './reads-script.ts';
import { RealNode } from './real-node.ts';
import { recordsOf, storedFrames } from './stored-frames.ts';

/** For all agents' state together: an undisturbed run takes far less. */
const diskMebibytes = 64;
/** How long nothing is delivered before agents die: a few windows. */
const undeliveredMs = 600;
/** How often it is asked whether a session is attached: each time is a connection. */
const askEveryMs = 50;
/** No session waits for this: its workload ends it. */
const longest = '5m';
/** Calls a second, and bytes of each line that is printed: from one small frame a window to several full ones. */
const loads = [
  { rate: 500, width: 1 },
  { rate: 3_000, width: 20 },
  { rate: 6_000, width: 200 },
] as const;

/**
 * Real agents on this host's kernel, their state on a disk that can be full. A node is one of them and its own workload: each
 * is measured by a session of its own.
 */
export class RealFleet implements FaultedFleet {
  readonly #cluster: Cluster;
  readonly #folder: string;
  readonly #disk: SmallDisk;
  readonly #nodes: readonly RealNode[];

  private constructor(cluster: Cluster, folder: string, disk: SmallDisk, nodes: readonly RealNode[]) {
    this.#cluster = cluster;
    this.#folder = folder;
    this.#disk = disk;
    this.#nodes = nodes;
  }

  /** Throws Error without root. */
  static async start(cluster: Cluster, count: number): Promise<RealFleet> {
    const folder = mkdtempSync(join(tmpdir(), 'bpfleet-agents-'));
    const disk = SmallDisk.make(join(folder, 'disk'), diskMebibytes);
    const nodes: RealNode[] = [];
    const fleet = new RealFleet(cluster, folder, disk, nodes);
    try {
      const { addresses } = cluster;
      for (const [index, joinToken] of (await makeJoinTokens(cluster, count)).entries()) {
        const plan = { name: `r${index}`, addresses, joinToken };
        const agent = new SupervisedAgent(disk.folder, join(folder, 'logs'), plan);
        nodes.push(new RealNode(agent, await NumberedReads.start()));
        agent.start();
      }
      await Promise.all(nodes.map(({ agent }) => agent.up()));
      return fleet;
    } catch (error) {
      await fleet.close();
      throw error;
    }
  }

  async whole(): Promise<void> {
    const online = async () => {
      const { items } = await this.#cluster.call<{ items: { name: string; state: string }[] }>('GET', '/nodes');
      return this.#nodes.every(({ agent }) =>
        items.some(({ name, state }) => name === agent.name && state === 'online'),
      );
    };
    await until('the agents to be connected', () => online().catch(() => false), patienceMs);
  }

  async measure(plan: FaultPlan): Promise<Measurement> {
    const load = loads[below(seededRandom(plan.seed), loads.length)] ?? loads[0];
    const begun = await Promise.all(
      this.#nodes.map(async (node) => {
        node.workload.rate(load.rate);
        const before = await node.workload.count();
        const { session } = await this.#cluster.call<{ session: { id: string } }>('POST', '/sessions', {
          program: { kind: 'script', source: readsScript(node.workload.pid, load.width) },
          nodes: `name=${node.agent.name}`,
          for: longest,
          every: `${plan.intervalMs}ms`,
        });
        return { node, sessionId: session.id, before };
      }),
    );
    const endAt = performance.now() + plan.durationMs;
    const ended = begun.map((each) => this.#work(each.node, each.sessionId, endAt));
    return {
      compare: async () => {
        const compared = await Promise.all(
          begun.map(async (each, index) => this.#compare({ ...each, ...((await ended[index]) as Worked) })),
        );
        const sum = (of: 'records' | 'lost') => compared.reduce((total, each) => total + each[of], 0);
        return { records: sum('records'), lost: sum('lost'), wrong: compared.flatMap(({ wrong }) => wrong) };
      },
    };
  }

  /** They die with something in their spools: before, nothing passes; or, for every other target, no answer does. */
  async killSome(target: number, lastsMs: number): Promise<void> {
    const some = this.#some(target);
    this.#allProxies({ kind: target % 2 === 0 ? 'stall' : 'mute' });
    await sleep(undeliveredMs);
    await Promise.all(some.map((node) => node.kill()));
    this.#allProxies({ kind: 'pass' });
    await sleep(lastsMs);
    await Promise.all(some.map((node) => node.restart()));
  }

  async stopSome(target: number, lastsMs: number): Promise<void> {
    const some = this.#some(target);
    await Promise.all(some.map((node) => node.stop()));
    await sleep(lastsMs);
    await Promise.all(some.map((node) => node.restart()));
  }

  async fillSpools(lastsMs: number): Promise<void> {
    this.#disk.fill();
    await sleep(lastsMs);
    this.#disk.free();
  }

  /** A controller takes what agents send, of which they do not hear; then the connection breaks, and they send it again. */
  async replay(target: number, lastsMs: number): Promise<void> {
    const proxy = this.#cluster.replicas[target % this.#cluster.replicas.length]?.proxy;
    if (!proxy) return;
    proxy.mode = { kind: 'mute' };
    await sleep(lastsMs);
    proxy.reset();
    proxy.mode = { kind: 'pass' };
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.close()));
    this.#disk.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #some(target: number): RealNode[] {
    return this.#nodes.filter((_, index) => index % 3 === target % 3);
  }

  #allProxies(mode: ProxyMode): void {
    for (const { proxy } of this.#cluster.replicas) proxy.mode = mode;
  }

  /** The workload goes on until the given time, and until its agent has attached, if it ever does; then its last call ends the session. */
  async #work({ agent, workload }: RealNode, sessionId: string, endAt: number): Promise<Worked> {
    const end = performance.now() + patienceMs;
    let attachedBy: number | null = null;
    while (attachedBy === null && performance.now() < end && !(await this.#isOver(sessionId))) {
      if (await agent.hasAttached(sessionId)) attachedBy = await workload.count();
      else await sleep(askEveryMs);
    }
    await sleep(Math.max(0, endAt - performance.now()));
    return { attachedBy, last: await workload.end() };
  }

  async #compare({
    node,
    sessionId,
    ...calls
  }: Worked & { node: RealNode; sessionId: string; before: number }): Promise<Comparison> {
    await until(`the session on ${node.agent.name} to end`, () => this.#isOver(sessionId), patienceMs);
    await until(`${node.agent.name} to deliver all of it`, () => node.hasDelivered(sessionId), patienceMs);
    const document = await this.#cluster.call<ResultDocument>('GET', `/sessions/${sessionId}/results`);
    const frames = await storedFrames(this.#cluster.databaseUrl, sessionId);
    const wrong = readsDiffer({ ...calls, deaths: node.deathsIn(sessionId), stops: node.stops, frames, document });
    const tell = (line: string) => `${node.agent.name}, session ${sessionId}: ${line}`;
    return { records: recordsOf(frames), lost: lostBy(document, lossWays), wrong: wrong.map(tell) };
  }

  async #isOver(sessionId: string): Promise<boolean> {
    const read = this.#cluster.call<{ session: { endedAt: string | null } }>('GET', `/sessions/${sessionId}`);
    return (await read.catch(() => null))?.session.endedAt != null;
  }
}

interface Worked {
  readonly attachedBy: number | null;
  readonly last: number;
}
