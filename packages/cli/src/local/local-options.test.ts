import { describe, expect, test } from 'vitest';
import { readLocalCall } from './local-options.ts';

const read = (...words: string[]) => readLocalCall(words, {});
const options = (...words: string[]) => {
  const call = read(...words);
  if (call.kind !== 'run') throw new Error(JSON.stringify(call));
  return call.options;
};

describe('script and parameters', () => {
  test('a file, and what follows it', () => {
    const { file, positional, named, given } = options('x.bt', 'a', '-q', '--', 'b', '--n=1', '--flag', '-v');
    expect({ file, positional, named }).toEqual({ file: 'x.bt', positional: ['a', 'b', '-v'], named: ['n=1', 'flag'] });
    expect(given).toEqual({ quiet: true });
  });

  test('with -e every operand is a parameter', () => {
    const { file, positional } = options('-e', 'BEGIN {}', 'a', 'b');
    expect({ file, positional }).toEqual({ file: undefined, positional: ['a', 'b'] });
  });

  test('the last -e counts', () => {
    expect(options('-e', '1', '-e', '2').given.script).toBe('2');
  });

  test('stdin', () => {
    expect(options('-', 'a')).toMatchObject({ file: '-', positional: ['a'] });
  });

  test('format', () => {
    for (const words of [['-f', 'json'], ['-fjson'], ['--format=json'], ['--format', 'json']]) {
      expect(options(...words, 'x.bt').given.format).toBe('json');
    }
  });

  test('debug stages, several', () => {
    expect(options('-d', 'ast,codegen', '-d', 'ast', 'x.bt').stages).toEqual(['ast', 'codegen']);
    expect(options('-d', 'all', 'x.bt').stages).toContain('verifier');
  });
});

describe('listing', () => {
  test('joined with -v, with and without a pattern', () => {
    expect(options('-lv', 'kprobe:*')).toMatchObject({ file: 'kprobe:*', given: { list: true, verbose: true } });
    expect(options('-l').file).toBeUndefined();
  });

  test('two patterns', () => {
    expect(read('-l', 'a', 'b')).toEqual({ kind: 'usage' });
  });
});

/** As bpftrace 0.27.1 answers. */
describe('what is wrong', () => {
  test.each([
    [[], { kind: 'usage' }],
    [['-q'], { kind: 'error', message: "USAGE: filename or -e 'program' required." }],
    [['-e', ''], { kind: 'error', message: "USAGE: filename or -e 'program' required." }],
    [['--nope'], { kind: 'usage', message: "unrecognized option '--nope'" }],
    [['-p', '1', '-c', 'ls', '-e', 'x'], { kind: 'error', message: 'USAGE: Cannot use both -c and -p.', usage: true }],
    [['-B', 'x', '--nope'], { kind: 'error', message: "USAGE: -B must be either 'line', 'full', or 'none'." }],
    [['-d', 'x'], { kind: 'error', message: 'USAGE: invalid option for -d: x' }],
    [['--test', '--bench'], { kind: 'error', message: 'USAGE: --bench conflicts with existing --mode' }],
    [['-k', '--no-warnings'], { kind: 'error', message: 'USAGE: -k, --warnings conflicts with --no-warnings' }],
    [
      ['--no-feature', 'uprobe_multi,x'],
      {
        kind: 'error',
        message: "USAGE: --no-feature can only have values 'kprobe_multi,kprobe_session,uprobe_multi'.",
      },
    ],
  ])('%j', (words, call) => {
    expect(read(...words)).toEqual(call);
  });
});

test.each([
  [['-V', '--nope'], 'version'],
  [['-h'], 'help'],
  [['--info', '-e', 'x'], 'info'],
])('%j is answered at once', (words, kind) => {
  expect(read(...words).kind).toBe(kind);
});
