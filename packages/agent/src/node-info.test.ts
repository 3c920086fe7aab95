import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeFacts } from './fake-tracing.test-kit.ts';
import { nodeFactsOfBoot } from './node-info.ts';
import type { NodeFacts } from './tracing.ts';

let dir: string;
let path: string;
let asked = 0;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bpfleet-facts-'));
  path = join(dir, 'node-facts.json');
  asked = 0;
});
afterEach(() => rm(dir, { recursive: true }));

const facts = (features: string[]) => async (): Promise<NodeFacts> => {
  asked += 1;
  return { ...(await fakeFacts()), features };
};

test('the kernel is asked once a boot', async () => {
  const first = await nodeFactsOfBoot(path, facts(['tracepoint']));
  expect(await nodeFactsOfBoot(path, facts(['tracepoint']))).toEqual(first);
  expect(asked).toBe(1);
});

test('a node that cannot trace yet is asked again', async () => {
  await nodeFactsOfBoot(path, facts([]));
  expect((await nodeFactsOfBoot(path, facts(['tracepoint']))).features).toEqual(['tracepoint']);
});

test.each([['{'], ['{"key":"another boot","facts":{"memoryBytes":"1"}}']])(
  'what was kept is of no use: %s',
  async (content) => {
    await writeFile(path, content);
    expect((await nodeFactsOfBoot(path, facts(['tracepoint']))).kernel).toBe('6.1.0-test');
    expect(asked).toBe(1);
  },
);
