import { expect, test } from 'vitest';
import { faultKinds, planFaults } from './fault-plan.ts';

test('a seed has one plan, and all kinds of faults come up', () => {
  expect(planFaults(7)).toEqual(planFaults(7));
  const kinds = Array.from({ length: 100 }, (_, seed) => planFaults(seed).faults.map(({ kind }) => kind)).flat();
  expect(new Set(kinds)).toEqual(new Set(faultKinds));
});
