import { create, ProgramSchema } from '@bpfleet/contracts';
import { describe, expect, test } from 'vitest';
import { readProgram } from './program.ts';

const one = { name: 'a', script: 'BEGIN { }', needs: 'kprobes', kernels: '>=5.4', arch: ['arm64'] };
const read = (variants: object[], words: string[] = []) =>
  readProgram(create(ProgramSchema, { source: { case: 'variants', value: { variants } }, arguments: words }), 'x');

test('variants of a program', () => {
  expect(read([one], ['--pid=1'])).toEqual({
    kind: 'variants',
    variants: [{ name: 'a', source: 'BEGIN { }', needs: 'kprobes', kernels: '>=5.4', arch: ['arm64'] }],
    arguments: ['--pid=1'],
    unnamed: 'place',
  });
});

describe('what a controller may not send', () => {
  test.each<[string, object[], RegExp]>([
    ['none', [], /from 1 to 8 variants/],
    ['too many', Array.from({ length: 9 }, () => one), /from 1 to 8 variants/],
    [
      'too much together',
      [one, { ...one, script: 'x'.repeat(600_000) }, { ...one, script: 'x'.repeat(600_000) }],
      /together longer than/,
    ],
    ['a path for a name', [{ ...one, name: '../a' }], /no usable name/],
    ['too long a reason', [{ ...one, needs: 'x'.repeat(201) }], /says too much/],
  ])('%s', (_name, variants, message) => expect(read(variants)).toMatch(message));
});
