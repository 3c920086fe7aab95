import { expect, test } from 'vitest';
import { agentPatienceMs, connectionTimes, nodePatienceMs } from './connection-times.ts';

const { pingMs, restingPingMs, leaseMs } = connectionTimes;

test.each([
  ['an agent that does not say', 0, 12_000],
  ['an agent with a session', pingMs, 12_000],
  ['an agent at rest', restingPingMs, 30_000],
  ['an agent that would be silent for hours', 3_600_000, 30_000],
])('%s is waited for', (_, nextMs, patienceMs) => expect(nodePatienceMs(nextMs)).toBe(patienceMs));

test('two pings fit into the silence of each side, and an agent gives up before its controller does', () => {
  for (const each of [pingMs, restingPingMs]) {
    expect(agentPatienceMs(each)).toBeGreaterThan(2 * each);
    expect(agentPatienceMs(each)).toBeLessThan(nodePatienceMs(each));
  }
  expect(nodePatienceMs(pingMs)).toBe(leaseMs);
});
