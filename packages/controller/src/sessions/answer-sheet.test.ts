import { noLoss } from '@bpfleet/aggregate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerSheet } from './node-account.ts';
import { hasEnded, sessionState } from './session-state.ts';

const state = fc.constantFrom('pending', 'running', 'complete', 'partial', 'failed', 'offline', 'skipped');
const account = state.map((value) => ({
  sessionId: 's',
  nodeId: 'n',
  name: 'n',
  arch: 'arm64',
  kernel: '6.1.0',
  labels: {},
  state: value as 'pending',
  reason: null,
  variant: null,
  produced: 2n ** 60n,
  stored: 1n,
  lost: noLoss(),
  overhead: null,
}));

describe('answerSheet', () => {
  it('adds up to the targets once every node has ended, and not before', () => {
    fc.assert(
      fc.property(fc.array(account, { minLength: 1 }), (nodes) => {
        const { targets, complete, partial, failed, offline, skipped } = answerSheet(nodes);
        const sum = complete + partial + failed + offline + skipped;
        expect(targets).toBe(nodes.length);
        expect(sum === targets).toBe(hasEnded(nodes.map((node) => node.state)));
        const ended = sessionState(
          nodes.map((node) => node.state),
          { cancelled: false, halted: false },
        );
        expect(ended === 'complete').toBe(complete === targets);
        expect(ended === 'pending' || ended === 'running').toBe(sum < targets);
      }),
    );
  });

  it('writes what a double cannot hold as a string', () => {
    fc.assert(
      fc.property(account, (node) => {
        expect(answerSheet([node]).nodes[0]).toMatchObject({ produced: '1152921504606846976', stored: 1 });
      }),
    );
  });
});
