import { expect, test } from 'vitest';
import { Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import { parseScript } from '../syntax/parse-script.ts';
import { clearedAtEnd } from './cleared-at-end.ts';

test.each([
  ['END { clear(@a); clear(@b); }', ['@a', '@b']],
  ['BEGIN, end { clear(@a) }', ['@a']],
  ['BEGIN { clear(@a); }', []],
  ['END /pid/ { clear(@a); }', []],
  ['END { if (pid) { clear(@a); } delete(@b, 1); print(@c); }', []],
  ['interval:s:1 { print(@a); clear(@a); }', []],
])('%s', (source, maps) => {
  const script = parseScript(source, new Diagnostics(new SourceText(source)));
  expect([...clearedAtEnd(script)]).toEqual(maps);
});
