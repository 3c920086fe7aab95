import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '@bpfleet/testkit';
import type { FleetCounts, FleetProcess } from '@bpfleet/testkit/simulator';
import { cpuMs, cpuMsWithChildren } from '../process-usage.ts';
import type { Row } from '../row.ts';
import { spread } from '../statistics.ts';
import { allDelivered, startSession } from './simulated-session.ts';

/** A session begins with a burst: all attach, and what they sent meanwhile is stored before what they send now. */
const warmUpMs = 8_000;
const measureMs = 10_000;

/** Of the rate that was reached: what is offered when it is looked at how soon frames are acknowledged. */
const calmShare = 0.7;

/**
 * Frames of 2 KB from agents whose windows end at different instants: first at a rate above what is to be reached, then at one that the
 * controller keeps up with, for what is offered beyond that only waits.
 */
export async function ingestRows(
  lab: Lab,
  fleet: FleetProcess,
  agents: number,
  offeredPerSecond: number,
): Promise<Row[]> {
  const full = await offer(lab, fleet, agents, offeredPerSecond);
  const rate = (1000 * full.counts.acknowledged) / full.tookMs;
  await allDelivered(fleet);
  const calm = await offer(lab, fleet, agents, calmShare * Math.min(rate, offeredPerSecond));
  const calmly = `at ${100 * calmShare} % of that acknowledged after commit`;
  return [
    { name: 'ingest of 2 KB frames', unit: 'frames/s', values: { ours: spread([rate]) }, least: 10_000 },
    ...full.shares.map(({ who, share }) => ({
      name: `meanwhile of one CPU: ${who}`,
      unit: '%',
      values: { ours: spread([share]) },
    })),
    { name: `${calmly}, p50`, unit: 'ms', values: { ours: spread([delayPercentile(calm.counts, 0.5)]) } },
    { name: `${calmly}, p99`, unit: 'ms', values: { ours: spread([delayPercentile(calm.counts, 0.99)]) }, most: 150 },
  ];
}

/** So many frames a second, for a while. */
async function offer(lab: Lab, fleet: FleetProcess, agents: number, perSecond: number) {
  await fleet.commands.workload(Math.max(1, Math.round(perSecond / agents)), false);
  const seconds = Math.ceil((warmUpMs + measureMs) / 1000) + 2;
  await startSession(lab, fleet, { nodes: 'all', for: `${seconds}s`, every: '1s' }, agents);
  await sleep(warmUpMs);
  await fleet.commands.counts();
  const [start, before] = [performance.now(), usage(lab, fleet)];
  await sleep(measureMs);
  const counts = await fleet.commands.counts();
  const tookMs = performance.now() - start;
  const shares = usage(lab, fleet).map(({ who, ms }, index) => ({
    who,
    share: (100 * (ms - (before[index]?.ms ?? 0))) / tookMs,
  }));
  return { counts, tookMs, shares };
}

/** CPU time so far of all that share the machine's cores. */
function usage(lab: Lab, fleet: FleetProcess): { who: string; ms: number }[] {
  return [
    { who: 'the controller', ms: cpuMs(lab.controller.pid) },
    { who: 'its PostgreSQL', ms: cpuMsWithChildren(lab.postgresPid) },
    { who: 'the simulated agents', ms: cpuMs(fleet.pid) },
  ];
}

function delayPercentile({ ackDelays, acknowledged }: FleetCounts, share: number): number {
  let seen = 0;
  return ackDelays.findIndex((count) => {
    seen += count;
    return seen >= share * acknowledged;
  });
}
