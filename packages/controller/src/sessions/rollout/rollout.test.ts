import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeRollout, type RolloutVerdict, type ToldNode } from './judge-rollout.ts';
import { planWaves } from './plan-waves.ts';
import { attachMs, type Rollout } from './rollout.ts';

describe('waves', () => {
  test.each([
    [1, 1, [0]],
    [3, 1, [0, 1, 1]],
    [12, 1, [0, ...Array(10).fill(1), 2]],
    [25, 2, [0, 0, ...Array(20).fill(1), 2, 2, 2]],
    [3, 5, [0, 0, 0]],
    [0, 1, []],
  ])('%d nodes, %d canaries', (total, canary, waves) => {
    expect(planWaves(total, canary)).toEqual(waves);
  });

  test('every node is in one, none is empty, none more than ten times the one before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 300 }), (total, canary) => {
        const waves = planWaves(total, canary);
        expect(waves).toHaveLength(total);
        const sizes = [...Map.groupBy(waves, (wave) => wave).values()].map(({ length }) => length);
        expect(sizes[0]).toBe(Math.min(canary, total));
        for (const [index, size] of sizes.slice(1).entries())
          expect(size).toBeLessThanOrEqual((sizes[index] ?? 0) * 10);
      }),
    );
  });
});

const rollout: Rollout = { canary: { kind: 'nodes', count: 1 }, soakMs: 2_000, maxFailures: 0 };
const told = 1_000_000;
const node = (over: Partial<ToldNode> = {}): ToldNode => ({
  name: 'n',
  ended: false,
  failure: null,
  attachedAt: told + 100,
  ...over,
});
const failed = node({ name: 'bad', ended: true, failure: 'guard: too much CPU', attachedAt: null });

describe('after a wave was told', () => {
  test.each<[string, ToldNode[], number, Partial<Rollout>, RolloutVerdict['kind']]>([
    ['attached a moment ago', [node()], 500, {}, 'wait'],
    ['attached long enough', [node()], 2_100, {}, 'advance'],
    ['one has not attached yet', [node(), node({ attachedAt: null })], 5_000, {}, 'wait'],
    ['one has not attached in time', [node(), node({ attachedAt: null })], attachMs, {}, 'halt'],
    ['and that is allowed', [node(), node({ attachedAt: null })], attachMs, { maxFailures: 0.5 }, 'advance'],
    ['ended well before the soak is over', [node({ ended: true })], 500, {}, 'advance'],
    ['one failed', [node(), failed], 500, {}, 'halt'],
    ['one of two failed, half may', [node(), failed], 2_200, { maxFailures: 0.5 }, 'advance'],
    ['one of two failed, a third may', [node(), failed], 500, { maxFailures: 0.33 }, 'halt'],
    ['no soak', [node()], 100, { soakMs: 0 }, 'advance'],
  ])('%s', (_, nodes, after, over, kind) => {
    expect(judgeRollout(nodes, told, { ...rollout, ...over }, told + after).kind).toBe(kind);
  });

  test('a halt says who failed, and why', () => {
    expect(judgeRollout([node(), failed], told, rollout, told)).toEqual({
      kind: 'halt',
      reason: '1 of 2 nodes failed and none may fail: bad: guard: too much CPU',
    });
  });
});
