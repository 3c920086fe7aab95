import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../problem/problem.ts';
import { countOf, nodeAmount, nodeAmountText } from './node-amount.ts';
import { sampleWeight, takeSample } from './sample.ts';
import { seededOrder } from './seeded-order.ts';

describe('an amount of nodes', () => {
  test.each([
    ['1', 100, 1],
    ['7', 3, 3],
    ['10%', 30, 3],
    ['10%', 31, 4],
    ['1%', 5, 1],
    ['0.5%', 1000, 5],
    ['100%', 7, 7],
  ])('%s of %d', (text, total, count) => {
    expect(countOf(nodeAmount(text, '/sample'), total)).toBe(count);
    expect(nodeAmountText(nodeAmount(text, '/sample'))).toBe(text);
  });
  test.each(['', '0', '-1', '101%', '0%', '1.5', '1e3', 'half', '10 %'])('"%s" is refused', (text) => {
    expect(() => nodeAmount(text, '/sample')).toThrow(Problem);
  });
});

const fleet = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 40 })
  .map((ids) => ids.map((id) => ({ id })));
const all = { amount: null, maxNodes: null, seed: null };

describe('a sample', () => {
  test('has as many as asked for, in the order of the nodes, and is the same for the same seed', () => {
    fc.assert(
      fc.property(fleet, fc.string(), fc.integer({ min: 1, max: 50 }), (nodes, seed, maxNodes) => {
        const sample = takeSample(nodes, { ...all, maxNodes }, seed);
        expect(sample).toHaveLength(Math.min(maxNodes, nodes.length));
        expect(nodes.filter((node) => sample.includes(node))).toEqual(sample);
        expect(takeSample(nodes, { ...all, maxNodes }, seed)).toEqual(sample);
      }),
    );
  });

  test('keeps its nodes when one that is none of it goes', () => {
    fc.assert(
      fc.property(fleet, fc.string(), fc.nat(), (nodes, seed, at) => {
        const sampling = { ...all, maxNodes: Math.ceil(nodes.length / 2) };
        const sample = takeSample(nodes, sampling, seed);
        const gone = nodes[at % nodes.length];
        fc.pre(gone !== undefined && !sample.includes(gone));
        const left = nodes.filter((node) => node !== gone);
        expect(takeSample(left, sampling, seed)).toEqual(sample);
      }),
    );
  });

  test('prefers no node: each is drawn about as often', () => {
    const nodes = Array.from({ length: 10 }, (_, id) => ({ id: String(id) }));
    const drawn = new Map(nodes.map((node) => [node, 0]));
    for (let seed = 0; seed < 2_000; seed++) {
      for (const node of takeSample(nodes, { ...all, maxNodes: 3 }, String(seed)))
        drawn.set(node, (drawn.get(node) ?? 0) + 1);
    }
    // 600 expected, standard deviation 20.5: six of them.
    for (const times of drawn.values()) expect(Math.abs(times - 600)).toBeLessThan(125);
  });

  test('the stricter of amount and maximum holds', () => {
    const nodes = Array.from({ length: 50 }, (_, id) => ({ id: String(id) }));
    const amount = nodeAmount('10%', '/sample');
    expect(takeSample(nodes, { amount, maxNodes: null, seed: null }, 's')).toHaveLength(5);
    expect(takeSample(nodes, { amount, maxNodes: 2, seed: null }, 's')).toHaveLength(2);
  });

  test('weighs what it stands for', () => {
    expect(sampleWeight({ seed: 's', of: 30, nodes: 3 })).toBe(10);
  });
});

test('another seed gives another order of the same nodes', () => {
  const nodes = Array.from({ length: 50 }, (_, id) => ({ id: String(id) }));
  const [one, other] = [seededOrder(nodes, 'a'), seededOrder(nodes, 'b')];
  expect(one).not.toEqual(other);
  expect(new Set(one)).toEqual(new Set(other));
});
