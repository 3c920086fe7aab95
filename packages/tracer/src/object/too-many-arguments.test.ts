import { expect, test } from 'vitest';
import { tooManyArguments } from './too-many-arguments.ts';

test('x86-64 passes on six arguments before 6.6', () => {
  const old = { arch: 'x86-64', kernel: '6.1.0-57-cloud-amd64' };
  expect(tooManyArguments('f', 7, old)).toBe(
    'this kernel traces functions of up to 6 arguments this way, and f has 7: more need kernel 6.6 or newer',
  );
  expect(tooManyArguments('f', 6, old)).toBeNull();
  expect(tooManyArguments('f', 7, { ...old, kernel: '6.6.0' })).toBeNull();
  expect(tooManyArguments('f', 7, { ...old, arch: 'arm64' })).toBeNull();
});
