import { describe, expect, test } from 'vitest';
import { type OptionSpec, readCommandLine } from './getopt.ts';

const specs: readonly OptionSpec<'script' | 'quiet' | 'output' | 'pid' | 'filter'>[] = [
  { name: 'script', spellings: ['e'], takesValue: true },
  { name: 'quiet', spellings: ['q', 'quiet'] },
  { name: 'output', spellings: ['o', 'output'], takesValue: true },
  { name: 'pid', spellings: ['p', 'pid'], takesValue: true },
  { name: 'filter', spellings: ['probe-filter'], takesValue: true },
];

const read = (...words: string[]) => readCommandLine(words, specs);
const quiet = { name: 'quiet', value: '' };

describe('what is given', () => {
  test.each([
    [['-qe', 'x'], [quiet, { name: 'script', value: 'x' }], []],
    [['-ex', '-q'], [{ name: 'script', value: 'x' }, quiet], []],
    [['-e', '-q'], [{ name: 'script', value: '-q' }], []],
    [['--output=a=b'], [{ name: 'output', value: 'a=b' }], []],
    [['--output='], [{ name: 'output', value: '' }], []],
    [['--output', 'f'], [{ name: 'output', value: 'f' }], []],
    [['--out', 'f', '--q'], [{ name: 'output', value: 'f' }, quiet], []],
    [['--pi=1'], [{ name: 'pid', value: '1' }], []],
    [['a', '-q', 'b'], [quiet], ['a', 'b']],
    [['a', '--', '-q', '--x=1'], [], ['a', '-q', '--x=1']],
    [['-', '-q'], [quiet], ['-']],
    [[''], [], ['']],
  ])('%j', (words, options, operands) => {
    expect(read(...words)).toEqual({ options, operands });
  });

  test('posix: the first operand ends the options', () => {
    expect(readCommandLine(['-q', 'a', '-q'], specs, true)).toEqual({ options: [quiet], operands: ['a', '-q'] });
  });
});

describe('what is wrong, in the words of glibc', () => {
  test.each([
    [['--nope=1'], "unrecognized option '--nope'"],
    [['-qz'], "invalid option -- 'z'"],
    [['-o'], "option requires an argument -- 'o'"],
    [['--pid'], "option '--pid' requires an argument"],
    [['--quiet=1'], "option '--quiet' doesn't allow an argument"],
    [['--p=1'], "option '--p' is ambiguous; possibilities: '--pid' '--probe-filter'"],
  ])('%j', (words, error) => {
    expect(read(...words).error).toBe(error);
  });
});
