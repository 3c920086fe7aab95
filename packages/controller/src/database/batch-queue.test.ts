import { expect, test } from 'vitest';
import { BatchQueue, type BatchRules } from './batch-queue.ts';

/** A queue of texts that keeps its batches; `bad` is refused by the database, and `down` ends all of a batch. */
function queue(rules: BatchRules<string>) {
  const batches: string[][] = [];
  const work = async (inputs: readonly string[]) => {
    batches.push([...inputs]);
    await Promise.resolve();
    if (inputs.includes('bad')) throw Object.assign(new Error('bad'), { code: '23503' });
    if (inputs.includes('down')) throw Object.assign(new Error('down'), { code: '57P01' });
    return inputs.map((input) => (input === 'no' ? new Error('no') : input.toUpperCase()));
  };
  return { batches, queue: new BatchQueue(rules, work) };
}

test.each<[string, BatchRules<string>, string[], string[][]]>([
  ['what comes together goes together', { maxWeight: 9 }, ['a', 'b', 'c'], [['a', 'b', 'c']]],
  ['a batch has a bound', { maxWeight: 2 }, ['a', 'b', 'c'], [['a', 'b'], ['c']]],
  [
    'inputs have weights, and a heavy one goes alone',
    { maxWeight: 3, weightOf: (text) => text.length },
    ['aa', 'bb', 'cccc', 'd'],
    [['aa'], ['bb'], ['cccc'], ['d']],
  ],
  [
    'two with one key never meet, and keep their order',
    { maxWeight: 9, keyOf: (text) => text.charAt(0) },
    ['a1', 'b1', 'a2', 'a3', 'b2'],
    [['a1', 'b1'], ['a2', 'b2'], ['a3']],
  ],
  ['a bad one harms nobody else', { maxWeight: 9 }, ['a', 'bad', 'b'], [['a', 'bad', 'b'], ['a'], ['bad'], ['b']]],
  ['each may fail for itself', { maxWeight: 9 }, ['a', 'no', 'b'], [['a', 'no', 'b']]],
  ['where the database is away nothing is tried again', { maxWeight: 9 }, ['a', 'down'], [['a', 'down']]],
])('%s', async (_name, rules, inputs, expected) => {
  const { batches, queue: each } = queue(rules);
  const results = await Promise.allSettled(inputs.map((input) => each.submit(input)));
  await each.idle();
  expect(batches).toEqual(expected);
  const failed = inputs.includes('down') ? inputs : inputs.filter((input) => ['bad', 'no'].includes(input));
  for (const [index, input] of inputs.entries()) {
    expect(results[index]).toMatchObject(
      failed.includes(input) ? { status: 'rejected' } : { value: input.toUpperCase() },
    );
  }
});

test('what comes while a batch is under way goes into the next', async () => {
  const { batches, queue: each } = queue({ maxWeight: 9 });
  const first = each.submit('a');
  await Promise.resolve();
  await Promise.resolve();
  await Promise.all([first, each.submit('b'), each.submit('c')]);
  expect(batches).toEqual([['a'], ['b', 'c']]);
});
