import { Cluster } from '@bpfleet/testkit/simulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultKinds, planFaults, seedsOfAllKinds } from '../faults/fault-plan.ts';
import { runFaults, startFaultFleet } from '../faults/run-faults.ts';
import { takeOver } from '../faults/takeover.ts';

/** A disk that is full has to be mounted first. */
const kinds = faultKinds.filter((kind) => kind !== 'full-disk' || process.getuid?.() === 0);
let cluster: Cluster;
let fleet: Awaited<ReturnType<typeof startFaultFleet>>;
beforeAll(async () => {
  cluster = await Cluster.start(3, { ownDisk: kinds.includes('full-disk') });
  fleet = await startFaultFleet(cluster, 1, 12);
});
afterAll(async () => {
  fleet?.close();
  await cluster?.close();
});

// `npm run e2e -- faults --runs 500` does many.
test.each(seedsOfAllKinds(kinds))('nothing is lost or double, and the sheet adds up: seed %i', async (each) => {
  const run = await runFaults(cluster, fleet, planFaults(each, kinds));
  expect(run.wrong).toEqual([]);
  expect(run.records).toBeGreaterThan(0);
});

test('nodes of a controller that dies go to the others, and nothing is attached again', async () => {
  const takeovers = await takeOver(cluster, fleet, 3);
  expect(takeovers.some(({ nodes }) => nodes > 0)).toBe(true);
});
