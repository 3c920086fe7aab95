import { release } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { ScriptProgram, ScriptVariant, VariantsProgram } from '../api.ts';
import { TraceError } from '../trace-error.ts';
import { firstThatFits } from './first-that-fits.ts';
import { misfitText } from './misfit.ts';

const own = process.arch === 'x64' ? 'x86-64' : process.arch;
const variant = (name: string, over: Partial<ScriptVariant> = {}): ScriptVariant => ({
  name,
  source: name,
  needs: `tracepoint ${name}`,
  kernels: '>=4.0',
  arch: [],
  ...over,
});
const program = (...variants: ScriptVariant[]): VariantsProgram => ({
  kind: 'variants',
  variants,
  arguments: ['--x=1'],
});
const place = { line: 1, column: 1, endLine: 1, endColumn: 2, span: { start: 0, end: 1 } };
const lack = (message: string) =>
  new TraceError('compile', message, { diagnostics: [{ severity: 'error', code: 'no-match', message, ...place }] });
const mistake = (message: string) =>
  new TraceError('compile', message, {
    diagnostics: [{ severity: 'error', code: 'type-mismatch', message, ...place }],
  });

/** Tries variants that end as `ends` says: with an error, or taken. */
async function tried(given: VariantsProgram, ends: Readonly<Record<string, Error>>): Promise<string> {
  const seen: string[] = [];
  const attempt = async ({ variant: name = '', arguments: words }: ScriptProgram) => {
    seen.push(name);
    expect(words).toEqual(['--x=1']);
    const error = ends[name];
    if (error !== undefined) throw error;
    return name;
  };
  try {
    return `${await firstThatFits(given, attempt)} after ${seen.join(', ')}`;
  } catch (error) {
    return `${(error as TraceError).code}: ${(error as Error).message}`;
  }
}

describe('a node takes the first variant that fits it', () => {
  const two = program(variant('a'), variant('b'));
  test.each<[string, VariantsProgram, Record<string, Error>, string]>([
    ['the first', two, {}, 'a after a'],
    ['the next where a probe is not there', two, { a: lack('no a') }, 'b after a, b'],
    [
      'none',
      two,
      { a: lack('no a'), b: lack('no b') },
      'no-variant: needs tracepoint a (no a); or needs tracepoint b (no b)',
    ],
    [
      'a mistake of one that is claimed is no lack',
      two,
      { a: mistake('wrong'), b: lack('no b') },
      'compile: wrong\n(b does not fit: no b)',
    ],
    [
      'a mistake of one that is not claimed here',
      program(variant('a', { kernels: '>=999' })),
      { a: mistake('wrong') },
      'no-variant: needs tracepoint a, since Linux 999 (wrong)',
    ],
    ['where it runs on a kernel that is not claimed', program(variant('a', { kernels: '>=999' })), {}, 'a after a'],
    [
      'a right is no matter of variants',
      two,
      { a: new TraceError('permission', 'forbidden') },
      'permission: forbidden',
    ],
    [
      'one for this architecture',
      program(variant('a', { arch: ['mips'] }), variant('b', { arch: [own] })),
      {},
      'b after b',
    ],
    ['none for it', program(variant('a', { arch: ['mips'] })), {}, 'no-variant: needs tracepoint a (it is for mips)'],
    ['the kernel refuses one', two, { a: new TraceError('verifier', 'too complex') }, 'b after a, b'],
  ])('%s', async (_name, given, ends, wanted) => {
    expect(release()).toMatch(/^\d/);
    expect(await tried(given, ends)).toBe(wanted);
  });
});

describe('what a node lacks, on Linux 6.1', () => {
  const lacks = (over: Partial<ScriptVariant>, reason = 'no such probe') => ({ variant: variant('a', over), reason });
  test.each([
    [[lacks({ needs: '', kernels: '' })], 'no such probe'],
    [[lacks({ needs: '', kernels: '>=5.8, <6.4' })], 'no such probe'],
    [[lacks({ needs: 'kprobes', kernels: '' })], 'needs kprobes (no such probe)'],
    [[lacks({ needs: 'kprobes', kernels: '>=5.4' })], 'needs kprobes (no such probe)'],
    [[lacks({ needs: 'kprobes', kernels: '>=6.4' })], 'needs kprobes, since Linux 6.4 (no such probe)'],
    [
      [lacks({ needs: 'kprobes', kernels: '>=5.16' }), lacks({ needs: 'kprobes', kernels: '>=5.4, <5.16' })],
      'needs kprobes (no such probe)',
    ],
    [
      [lacks({ needs: 'kprobes', kernels: '>=5.16' }), lacks({ needs: 'more', kernels: '<5.16' }, 'another')],
      'needs kprobes (no such probe); or needs more, before Linux 5.16 (another)',
    ],
  ])('%j: %s', (misfits, text) => {
    expect(misfitText(misfits, '6.1.0-50-arm64')).toBe(text);
  });
});
