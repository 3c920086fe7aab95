import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '@bpfleet/testkit';
import type { FleetCounts, FleetProcess } from '@bpfleet/testkit/simulator';
import { cpuMs, cpuMsWithChildren } from '../process-usage.ts';
import type { Row } from '../row.ts';
import { spread } from '../statistics.ts';
import { startSession } from './simulated-session.ts';

const warmUpMs = 3_000;
const measureMs = 10_000;

/**
 * Frames of 2 KB from agents whose windows end at different instants, at a rate a little above what is to be reached: the last
 * thing that is asked of a fleet, which may have much that is not delivered then.
 */
export async function ingestRows(
  lab: Lab,
  fleet: FleetProcess,
  agents: number,
  offeredPerSecond: number,
): Promise<Row[]> {
  await fleet.commands.workload(Math.max(1, Math.round(offeredPerSecond / agents)), false);
  const seconds = Math.ceil((warmUpMs + measureMs) / 1000) + 2;
  await startSession(lab, fleet, { nodes: 'all', for: `${seconds}s`, every: '1s' }, agents);
  await sleep(warmUpMs);
  await fleet.commands.counts();
  const start = performance.now();
  const before = usage(lab, fleet);
  await sleep(measureMs);
  const counts = await fleet.commands.counts();
  const tookMs = performance.now() - start;
  const after = usage(lab, fleet);
  const rate = (1000 * counts.acknowledged) / tookMs;
  return [
    { name: 'ingest of 2 KB frames', unit: 'frames/s', values: { ours: spread([rate]) }, least: 10_000 },
    {
      name: 'acknowledged after commit, p99',
      unit: 'ms',
      values: { ours: spread([delayPercentile(counts, 0.99)]) },
      most: 150,
    },
    ...after.map(({ who, ms }, index) => ({
      name: `meanwhile of one CPU: ${who}`,
      unit: '%',
      values: { ours: spread([(100 * (ms - (before[index]?.ms ?? 0))) / tookMs]) },
    })),
  ];
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
