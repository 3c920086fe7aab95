import { Cluster } from '@bpfleet/testkit/simulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultKinds, planFaults, seedsOfAllKinds } from '../faults/fault-plan.ts';
import type { FaultedFleet } from '../faults/faulted-fleet.ts';
import { RealFleet } from '../faults/real-fleet.ts';
import { runFaults } from '../faults/run-faults.ts';
import { SyntheticFleet } from '../faults/synthetic-fleet.ts';
import { takeOver } from '../faults/takeover.ts';

/** A disk that is full has to be mounted first. */
const kinds = faultKinds.filter((kind) => kind !== 'full-disk' || process.getuid?.() === 0);
let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start(3, { ownDisk: kinds.includes('full-disk') });
});
afterAll(() => cluster?.close());

/** `npm run e2e -- faults --runs 500` does many. */
function nothingIsLost(fleet: () => FaultedFleet, of = kinds): void {
  test.each(seedsOfAllKinds(of))('nothing is lost or double, and the sheet adds up: seed %i', async (each) => {
    const { wrong, records } = await runFaults(cluster, fleet(), planFaults(each, of));
    expect(wrong).toEqual([]);
    expect(records).toBeGreaterThan(0);
  });
}

describe('simulated agents', () => {
  let fleet: SyntheticFleet;
  beforeAll(async () => {
    fleet = await SyntheticFleet.start(cluster, 1, 12);
  });
  afterAll(() => fleet?.close());

  nothingIsLost(() => fleet);

  test('nodes of a controller that dies go to the others, and nothing is attached again', async () => {
    const takeovers = await takeOver(cluster, fleet, 3);
    expect(takeovers.some(({ nodes }) => nodes > 0)).toBe(true);
  });
});

describe('real agents on this kernel', () => {
  let fleet: RealFleet;
  beforeAll(async () => {
    fleet = await RealFleet.start(cluster, 3);
  });
  afterAll(() => fleet?.close());

  // Controllers that restart one after the other take long, and an agent cannot tell them from others that die.
  const notRolling = kinds.filter((kind) => kind !== 'rolling-restart');
  nothingIsLost(() => fleet, notRolling);
});
