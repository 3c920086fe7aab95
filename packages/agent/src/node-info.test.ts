import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeTracing } from './fake-tracing.test-kit.ts';
import { nodeFactsOfBoot } from './node-info.ts';
import type { Tracing } from './tracing.ts';

let dir: string;
let path: string;
let asked = 0;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bpfleet-facts-'));
  path = join(dir, 'node-facts.json');
  asked = 0;
});
afterEach(() => rm(dir, { recursive: true }));

const tracing = (features: string[]) => async (): Promise<Tracing> => {
  asked += 1;
  const fake = new FakeTracing();
  return Object.assign(fake, { nodeFacts: async () => ({ ...(await new FakeTracing().nodeFacts()), features }) });
};

test('the kernel is asked once a boot', async () => {
  const first = await nodeFactsOfBoot(path, tracing(['tracepoint']));
  expect(await nodeFactsOfBoot(path, tracing(['tracepoint']))).toEqual(first);
  expect(asked).toBe(1);
});

test('a node that cannot trace yet is asked again', async () => {
  await nodeFactsOfBoot(path, tracing([]));
  expect((await nodeFactsOfBoot(path, tracing(['tracepoint']))).features).toEqual(['tracepoint']);
});

test.each([['{'], ['{"key":"another boot","facts":{"memoryBytes":"1"}}']])(
  'what was kept is of no use: %s',
  async (content) => {
    await writeFile(path, content);
    expect((await nodeFactsOfBoot(path, tracing(['tracepoint']))).kernel).toBe('6.1.0-test');
    expect(asked).toBe(1);
  },
);
