import { setTimeout as sleep } from 'node:timers/promises';
import { Lab } from '@bpfleet/testkit';
import { allConnected, type FleetProcess, startFleet } from '@bpfleet/testkit/simulator';
import { cpuMs, residentMiB } from '../process-usage.ts';
import type { Row } from '../row.ts';
import { percentile, spread } from '../statistics.ts';
import { ingestRows } from './ingest.ts';
import { liveLags } from './live.ts';
import { allDelivered, cancelSession, startSession } from './simulated-session.ts';

export const fleetParts = ['sessions', 'reads', 'ingest'] as const;
export type FleetPart = (typeof fleetParts)[number];

export interface FleetBench {
  readonly agents: number;
  readonly parts: readonly FleetPart[];
  /** How often sessions are started and cancelled, and queries asked ten times. */
  readonly rounds: number;
  readonly tell: (line: string) => void;
}

/** Until the controller is at rest: ten to fifteen seconds after the last agent came it collects, once, and gives memory back. */
const settleMs = 40_000;
const idleMs = 20_000;
/** Of a frame in the ingest bench, and the smallest: a histogram alone. */
const frameBytes = 2_048;
const offeredPerSecond = 12_000;

/** The controller as people run it, with its own PostgreSQL, and agents that speak the real protocol over mTLS in one other process. */
export async function benchFleet(bench: FleetBench): Promise<Row[]> {
  const { agents, parts } = bench;
  const smaller = Math.min(agents, 1_000);
  const measured: Record<FleetPart, () => Promise<Row[]>> = {
    sessions: () => withFleet(bench, agents, 0, (lab, fleet) => sessionRows(lab, fleet, bench)),
    reads: () => withFleet(bench, smaller, 0, (lab, fleet) => readRows(lab, fleet, smaller, bench)),
    ingest: () =>
      withFleet(bench, smaller, frameBytes, (lab, fleet) => {
        bench.tell('ingest');
        return ingestRows(lab, fleet, smaller, offeredPerSecond);
      }),
  };
  const rows: Row[] = [];
  for (const part of parts) rows.push(...(await measured[part]()));
  return rows;
}

async function withFleet(
  { tell }: FleetBench,
  agents: number,
  payloadBytes: number,
  measure: (lab: Lab, fleet: FleetProcess) => Promise<Row[]>,
): Promise<Row[]> {
  const lab = await Lab.start();
  try {
    tell(`${agents} agents enrol`);
    const fleet = await startFleet(lab, { seed: 1, nodes: agents, prefix: 'n', payloadBytes });
    try {
      return await measure(lab, fleet);
    } finally {
      await fleet.close();
    }
  } finally {
    await lab.close();
  }
}

async function sessionRows(lab: Lab, fleet: FleetProcess, { agents, rounds, tell }: FleetBench): Promise<Row[]> {
  tell('the controller at rest');
  await sleep(settleMs);
  const before = cpuMs(lab.controller.pid);
  await sleep(idleMs);
  const share = (100 * (cpuMs(lab.controller.pid) - before)) / idleMs;
  const rows: Row[] = [
    {
      name: `${agents} agents, resident`,
      unit: 'MiB',
      values: { ours: spread([residentMiB(lab.controller.pid)]) },
      most: 700,
    },
    { name: `${agents} agents at rest, of one CPU`, unit: '%', values: { ours: spread([share]) }, most: 10 },
  ];
  // Zones z0 to z3 have a quarter each.
  const halves = [
    { agents: Math.ceil(agents / 4) + Math.ceil((agents - 1) / 4), nodes: 'zone in (z0,z1)', most: 2_000 },
    { agents, nodes: 'all', most: 5_000 },
  ];
  for (const { agents: count, nodes, most } of halves) {
    const [attach, cancel]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      tell(`a session on ${count} agents`);
      const { id, attachMs } = await startSession(lab, fleet, { nodes, for: '60s', every: '5s' }, count);
      attach.push(attachMs);
      cancel.push(await cancelSession(lab, fleet, id, count));
      await allDelivered(fleet);
    }
    const told = (samples: number[]) => spread([percentile(samples, 0.99)]);
    rows.push({ name: `create to last of ${count} attached, p99`, unit: 'ms', values: { ours: told(attach) }, most });
    rows.push({
      name: `cancel to last of ${count} detached, p99`,
      unit: 'ms',
      values: { ours: told(cancel) },
      most: 5_000,
    });
  }
  return [...rows, ...(await restartRows(lab, fleet, agents, tell))];
}

async function restartRows(
  lab: Lab,
  fleet: FleetProcess,
  agents: number,
  tell: (line: string) => void,
): Promise<Row[]> {
  tell('kill -9 of the controller while a session runs');
  const { id } = await startSession(lab, fleet, { nodes: 'all', for: '30s', every: '5s' }, agents);
  await lab.controller.kill();
  const start = performance.now();
  await lab.startController();
  try {
    await allConnected(fleet, agents);
  } catch (error) {
    tell(String(error));
    const { connected } = await fleet.commands.counts();
    const name = `killed, of ${agents} agents back when no more came`;
    return [{ name, unit: 'agents', values: { ours: spread([connected]) }, least: agents }];
  }
  const backS = (performance.now() - start) / 1000;
  await allDelivered(fleet);
  const { answer } = await lab.get<{ answer: { targets: number; complete: number } }>(`/sessions/${id}`);
  const lost = answer.targets - answer.complete;
  return [
    { name: `killed, until ${agents} agents are back`, unit: 's', values: { ours: spread([backS]) }, most: 60 },
    { name: 'agents that were falsely lost by that', unit: 'agents', values: { ours: spread([lost]) }, most: 0 },
  ];
}

async function readRows(lab: Lab, fleet: FleetProcess, agents: number, { rounds, tell }: FleetBench): Promise<Row[]> {
  tell('60 windows of all agents');
  const { id } = await startSession(lab, fleet, { nodes: 'all', for: '12s', every: '200ms' }, agents);
  await sleep(12_000);
  await allDelivered(fleet);
  tell('queries');
  const ask = async (query: string, times: number) => {
    const samples: number[] = [];
    for (let each = 0; each < times; each++) {
      const start = performance.now();
      await lab.get(`/sessions/${id}/results?map=us${query}`);
      samples.push(performance.now() - start);
    }
    return spread([percentile(samples, 0.95)]);
  };
  const name = `histogram of ${agents} nodes x 60 windows`;
  const rows: Row[] = [
    { name: `${name}, p95`, unit: 'ms', values: { ours: await ask('', 10 * rounds) }, most: 50 },
    { name: `${name}, by window, p95`, unit: 'ms', values: { ours: await ask('&by=window', 3) } },
  ];
  tell('the live stream');
  const lags = await liveLags(lab, fleet, agents);
  if (lags.length === 0) return rows;
  return [
    ...rows,
    {
      name: `live, ${agents} agents: behind a window's end, p95`,
      unit: 'ms',
      values: { ours: spread([percentile(lags, 0.95)]) },
      most: 2_000,
    },
  ];
}
