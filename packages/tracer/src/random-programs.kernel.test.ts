import { generateProgram } from '@bpfleet/compiler/testing';
import { seed } from '@bpfleet/testkit';
import { expect, test } from 'vitest';
import { runRandomProgram } from './testing/index.ts';
import { TraceError } from './trace-error.ts';

/**
 * Random programs, each loaded into the kernel and run there once, held against what the interpreter makes of them.
 * BPFLEET_RANDOM_PROGRAMS: how many. The run's seed is the first one's; every difference tells its own.
 */
const count = Number(process.env.BPFLEET_RANDOM_PROGRAMS ?? 200);
const firstSeed = seed();

test(`${count} random programs from seed ${firstSeed} do in the kernel what the language means`, {
  timeout: 0,
}, async () => {
  const problems: string[] = [];
  let tooLarge = 0;
  for (let each = firstSeed; each < firstSeed + count && problems.length < 25; each++) {
    const source = generateProgram(each);
    try {
      const result = await runRandomProgram(source);
      if ('refused' in result) tooLarge++;
      else expect(result.done).toBe(result.expected);
    } catch (error) {
      const log = error instanceof TraceError ? `\n${error.verifierLog.split('\n').slice(-12).join('\n')}` : '';
      problems.push(`seed ${each}: ${error instanceof Error ? error.message : error}${log}\n${source}`);
    }
  }
  expect(problems.join('\n\n')).toBe('');
  // None is too large to be compiled.
  expect(tooLarge).toBe(0);
});
