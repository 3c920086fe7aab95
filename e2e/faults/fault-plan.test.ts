import { expect, test } from 'vitest';
import { faultKinds, planFaults, seedsOfAllKinds } from './fault-plan.ts';

test('a seed has one plan, and all kinds of faults come up', () => {
  expect(planFaults(7)).toEqual(planFaults(7));
  const kinds = Array.from({ length: 100 }, (_, seed) => planFaults(seed).faults.map(({ kind }) => kind)).flat();
  expect(new Set(kinds)).toEqual(new Set(faultKinds));
});

test('few seeds have all kinds', () => {
  const seeds = seedsOfAllKinds(faultKinds);
  const kinds = seeds.flatMap((seed) => planFaults(seed).faults.map(({ kind }) => kind));
  expect(new Set(kinds)).toEqual(new Set(faultKinds));
  expect(seeds.length).toBeLessThan(faultKinds.length);
});
