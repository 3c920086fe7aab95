import { GetppidWorkload, Lab } from '@bpfleet/testkit';
import { afterAll, beforeAll } from 'vitest';

/** A lab with three agents online, and a workload, for the tests of this file. */
export function threeAgents(
  labels: Readonly<Record<string, Record<string, string>>> = { alpha: {}, beta: {}, gamma: {} },
) {
  const fleet = {} as { lab: Lab; workload: GetppidWorkload };
  beforeAll(async () => {
    fleet.lab = await Lab.start();
    for (const [name, its] of Object.entries(labels)) await fleet.lab.startAgent(name, its);
    await fleet.lab.online(Object.keys(labels).length);
    fleet.workload = await GetppidWorkload.start();
  });
  afterAll(async () => {
    await fleet.workload?.close();
    await fleet.lab?.close();
  });
  return fleet;
}
