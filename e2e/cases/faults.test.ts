import { Cluster } from '@bpfleet/testkit/simulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planFaults } from '../faults/fault-plan.ts';
import { runFaults, startFaultFleet } from '../faults/run-faults.ts';
import { takeOver } from '../faults/takeover.ts';

/** `npm run e2e -- faults --runs 500` does many. Between them these have every kind of fault. */
const seeds = [5, 8, 25, 34];
let cluster: Cluster;
let fleet: Awaited<ReturnType<typeof startFaultFleet>>;
beforeAll(async () => {
  cluster = await Cluster.start(3);
  fleet = await startFaultFleet(cluster, 1, 12);
});
afterAll(async () => {
  fleet?.close();
  await cluster?.close();
});

test.each(seeds)('nothing is lost or double, and the sheet adds up: seed %i', async (each) => {
  const run = await runFaults(cluster, fleet, planFaults(each));
  expect(run.wrong).toEqual([]);
  expect(run.records).toBeGreaterThan(0);
});

test('nodes of a controller that dies go to the others, and nothing is attached again', async () => {
  const takeovers = await takeOver(cluster, fleet, 3);
  expect(takeovers.some(({ nodes }) => nodes > 0)).toBe(true);
});
