import { fleetClient, newKey, nodeInfo, type TestIdentity } from '@bpfleet/controller/testing';
import { RunningClock } from '@bpfleet/runtime';
import { seededRandom } from '../seeded-random.ts';
import { SimulatedAgent, type SimulatedBehaviour } from './simulated-agent.ts';
import type { RunLog } from './simulated-run.ts';
import { type SyntheticWindow, syntheticWindows } from './synthetic-windows.ts';

/** The fleet that is simulated. */
export interface FleetPlan {
  readonly seed: number;
  readonly nodes: number;
  /** Names are the prefix and a number. */
  readonly prefix: string;
  /** HOST:PORT of each controller. */
  readonly addresses: readonly string[];
  readonly caPem: string;
  /** One a node: each serves once. */
  readonly joinTokens: readonly string[];
  /** Of a frame's payload, at least. */
  readonly payloadBytes: number;
  readonly framesPerWindow?: number;
  readonly aligned?: boolean;
  readonly spoolFrames?: number;
}

/** What happened since the numbers were last taken. Instants are milliseconds since the Unix epoch. */
export interface FleetCounts {
  readonly connected: number;
  /** Connections made. */
  readonly connects: number;
  readonly lastConnectedAt: number;
  readonly attached: number;
  readonly lastAttachedAt: number;
  readonly detached: number;
  readonly lastDetachedAt: number;
  readonly acknowledged: number;
  /** Milliseconds from sent to acknowledged: how many took so long, by millisecond; the last is all that took longer. */
  readonly ackDelays: readonly number[];
  readonly refusals: readonly string[];
}

const tickMs = 50;
const enrolAtOnce = 16;
const maxDelayMs = 5_000;
const maxRefusals = 20;

/** Many simulated agents in one process, with one timer and one random generator for all. */
export class SimulatedFleet {
  readonly agents: readonly SimulatedAgent[];
  readonly windows: readonly SyntheticWindow[];
  readonly behaviour: SimulatedBehaviour;
  readonly #timer: NodeJS.Timeout;
  #counts = emptyCounts();

  private constructor(
    identities: readonly TestIdentity[],
    plan: FleetPlan,
    windows: readonly SyntheticWindow[],
    random: () => number,
  ) {
    this.windows = windows;
    this.behaviour = {
      addresses: plan.addresses,
      windows,
      random,
      framesPerWindow: plan.framesPerWindow ?? 1,
      aligned: plan.aligned ?? true,
      spoolFrames: plan.spoolFrames ?? Number.POSITIVE_INFINITY,
      maxInFlight: 64,
      clock: new RunningClock(tickMs),
      tell: {
        connected: (_node, at) => {
          this.#counts.connects += 1;
          this.#counts.lastConnectedAt = at;
        },
        attached: (_node, _session, at) => {
          this.#counts.attached += 1;
          this.#counts.lastAttachedAt = at;
        },
        detached: (_node, _session, at) => {
          this.#counts.detached += 1;
          this.#counts.lastDetachedAt = at;
        },
        acknowledged: (delayMs, frames) => {
          this.#counts.acknowledged += frames;
          const delay = Math.max(0, Math.min(maxDelayMs, Math.round(delayMs)));
          this.#counts.ackDelays[delay] = (this.#counts.ackDelays[delay] ?? 0) + frames;
        },
        refused: (node, reason) => {
          if (this.#counts.refusals.length < maxRefusals) this.#counts.refusals.push(`${node}: ${reason}`);
        },
      },
    };
    this.agents = identities.map((identity) => new SimulatedAgent(identity, this.behaviour));
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  /** Enrols every node, and has them connect. Throws RpcError. */
  static async start(plan: FleetPlan): Promise<SimulatedFleet> {
    const identities = await enrolAll(plan);
    const windows = syntheticWindows(plan.seed, plan.payloadBytes);
    return new SimulatedFleet(identities, plan, windows, seededRandom(plan.seed));
  }

  get connected(): number {
    return this.agents.filter(({ connected }) => connected).length;
  }

  /** Runs of which something is still to be delivered. */
  get undelivered(): number {
    return this.agents.reduce((sum, agent) => sum + [...agent.runs].length, 0);
  }

  logs(): RunLog[] {
    return this.agents.flatMap((agent) => agent.logs());
  }

  /** The numbers since they were last taken. */
  takeCounts(): FleetCounts {
    const counts = { ...this.#counts, connected: this.connected };
    this.#counts = emptyCounts();
    return counts;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const agent of this.agents) agent.close();
  }

  #tick(): void {
    this.behaviour.clock.beat();
    const now = Date.now();
    for (const agent of this.agents) agent.tick(now);
  }
}

function emptyCounts() {
  return {
    connects: 0,
    lastConnectedAt: 0,
    attached: 0,
    lastAttachedAt: 0,
    detached: 0,
    lastDetachedAt: 0,
    acknowledged: 0,
    ackDelays: Array<number>(maxDelayMs + 1).fill(0),
    refusals: [] as string[],
  };
}

/** All with one key: what is held against a node is its certificate. */
async function enrolAll({ nodes, prefix, addresses, caPem, joinTokens }: FleetPlan): Promise<TestIdentity[]> {
  const { keyPem, csrPem } = await newKey();
  const client = fleetClient(addresses[0] ?? '', caPem);
  const identities: TestIdentity[] = [];
  let next = 0;
  const enrolSome = async () => {
    for (let index = next++; index < nodes; index = next++) {
      const labels = { zone: `z${index % 4}` };
      const node = nodeInfo(`${prefix}${index}`, labels);
      const answer = await client.enroll({ token: joinTokens[index] ?? '', csrPem, node }, { deadlineMs: 30_000 });
      const { nodeId, name, certificatePem } = answer;
      identities[index] = { nodeId, name, labels, keyPem, certificatePem, caPem };
    }
  };
  try {
    await Promise.all(Array.from({ length: enrolAtOnce }, enrolSome));
    return identities;
  } finally {
    client.close();
  }
}
