import { expect, test } from 'vitest';
import { Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import { parseScript } from '../syntax/parse-script.ts';
import { loopKind } from './loop-kind.ts';

const decisions = (count: number) => 'if (pid > 1) { @ = 1; } '.repeat(count);

test.each([
  ['a short loop', '0..32', '@ = $i;', 'inline'],
  ['a long one', '0..33', '@ = $i;', 'callback'],
  ['one whose end is not known', '0..pid', '@ = $i;', 'callback'],
  ['a few decisions', '0..5', decisions(4), 'inline'],
  ['many decisions', '0..5', decisions(5), 'callback'],
  ['decisions in expressions', '0..5', '@ = $i && 1 && 2 && (3 || 4) && ($i ? 1 : 2);', 'callback'],
])('%s', (_name, range, body, kind) => {
  const source = `BEGIN { for ($i : ${range}) { ${body} } }`;
  const { clauses } = parseScript(source, new Diagnostics(new SourceText(source)));
  const [loop] = clauses[0]?.body.statements ?? [];
  if (loop?.kind !== 'for') throw new Error('no loop');
  expect(loopKind(loop, { features: new Set(['loop']) })).toBe(kind);
  expect(loopKind(loop, { features: new Set() })).toBe('inline');
  expect(loopKind(loop, { features: new Set(['loop']), forgetful: true })).toBe('callback');
});

test('a while is a callback only where the verifier is to forget what it counts', () => {
  const source = 'BEGIN { $i = 0; while ($i < 5) { $i++; } }';
  const { clauses } = parseScript(source, new Diagnostics(new SourceText(source)));
  const loop = clauses[0]?.body.statements[1];
  if (loop?.kind !== 'while') throw new Error('no loop');
  expect(loopKind(loop, { features: new Set(['loop']) })).toBe('inline');
  expect(loopKind(loop, { features: new Set(), forgetful: true })).toBe('inline');
  expect(loopKind(loop, { features: new Set(['loop']), forgetful: true })).toBe('callback');
});
