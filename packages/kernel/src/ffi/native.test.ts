import { expect, test } from 'vitest';
import { openLibrary } from './native.ts';

test('a library that is not installed: what to do', () => {
  expect(() => openLibrary('libnothing.so.1', 'install libnothing')).toThrow(
    expect.objectContaining({ code: 'NOLIB', message: 'cannot load libnothing.so.1: install libnothing' }),
  );
});
