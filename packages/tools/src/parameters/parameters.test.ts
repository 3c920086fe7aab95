import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ToolParameter } from '../manifest/tool-manifest.ts';
import { checkParameters, scriptArguments } from './check-parameters.ts';
import { readWords } from './read-words.ts';

const summary = 'x';
const parameters: ToolParameter[] = [
  { name: 'pattern', type: 'string', summary, position: 1, maxLength: 16 },
  { name: 'pid', type: 'integer', summary, short: 'p', position: 2, default: 0, min: 0, max: 4_194_304 },
  { name: 'unit', type: 'choice', summary, choices: ['us', 'ms'], default: 'us' },
  { name: 'verbose', type: 'boolean', summary, short: 'v', default: false },
  { name: 'note', type: 'string', summary, optional: true, maxLength: 16 },
];
const tool = { name: 'x', parameters };

describe('words of a command line', () => {
  test.each<[string[], Record<string, string>]>([
    [['--pid', '5', 'a'], { pid: '5', pattern: 'a' }],
    [['--pid=5'], { pid: '5' }],
    [['pid=5'], { pid: '5' }],
    [['-p', '5'], { pid: '5' }],
    [['-p5'], { pid: '5' }],
    [['a', '5'], { pattern: 'a', pid: '5' }],
    [['-v', 'a'], { verbose: 'true', pattern: 'a' }],
    [['--verbose=false'], { verbose: 'false' }],
    [['--pid', '1', '--pid', '2'], { pid: '2' }],
    [['c:open (arg1 = 5)'], { pattern: 'c:open (arg1 = 5)' }],
  ])('%j', (words, given) => expect(readWords(tool, words)).toEqual(given));

  test.each<[string[], RegExp]>([
    [['--pit', '5'], /--pit: is no parameter of x; did you mean pid\?/],
    [['-q'], /-q: is no parameter of x/],
    [['--pid'], /pid: has no value/],
    [['a', '1', 'unti=ms'], /unti=ms: is no parameter of x; did you mean unit\?/],
  ])('%j is refused', (words, message) => expect(() => readWords(tool, words)).toThrow(message));
});

describe('values', () => {
  test('all that are given or have a default, in the order of the manifest', () => {
    const values = checkParameters(tool, { unit: 'ms', pattern: 'vfs_*', pid: '7' });
    expect(scriptArguments(values)).toEqual(['--pattern=vfs_*', '--pid=7', '--unit=ms', '--verbose=false']);
  });

  test.each<[Record<string, unknown>, RegExp]>([
    [{}, /pattern: must be given/],
    [{ pattern: 'a', pid: 4_194_305 }, /pid: must be a whole number from 0 to 4194304/],
    [{ pattern: 'a', pid: '5x' }, /pid: must be a whole number/],
    [{ pattern: 'a', pid: 1.5 }, /pid: must be a whole number/],
    [{ pattern: 'a', unit: 'm' }, /unit: must be one of us, ms; did you mean/],
    [{ pattern: 'a', verbose: 'yes' }, /verbose: must be true or false/],
    [{ pattern: 'a'.repeat(17) }, /pattern: must be a text of up to 16 bytes/],
    [
      { pattern: 'a', toString: 1, pidd: 2 },
      /toString: is no parameter of x[\s\S]*pidd: is no parameter of x; did you mean pid/,
    ],
  ])('%j is refused', (given, message) => expect(() => checkParameters(tool, given)).toThrow(message));

  test('whatever is given, there are values within the bounds or it is told what is wrong', () => {
    const names = fc.constantFrom(...parameters.map(({ name }) => name), '__proto__', 'x');
    fc.assert(
      fc.property(fc.dictionary(names, fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.jsonValue())), (given) => {
        try {
          const values = checkParameters(tool, given);
          expect(values.get('pid')).toSatisfy((pid: number) => pid >= 0 && pid <= 4_194_304);
          expect(['us', 'ms']).toContain(values.get('unit'));
        } catch (error) {
          expect(error).toMatchObject({ name: 'ParameterError', message: expect.stringMatching(/./) });
        }
      }),
    );
  });
});
