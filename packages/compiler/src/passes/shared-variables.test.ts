import { expect, test } from 'vitest';
import { permissiveEnv } from '../env.ts';
import { Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import { parseScript } from '../syntax/parse-script.ts';
import { loopKind } from './loop-kind.ts';
import { resolveNames } from './resolve-names.ts';
import { sharedVariables } from './shared-variables.ts';

function analyzed(body: string) {
  const source = `BEGIN { ${body} }`;
  const diagnostics = new Diagnostics(new SourceText(source));
  const script = parseScript(source, diagnostics);
  const { bindings } = resolveNames(script, { diagnostics, types: undefined, permissive: true });
  expect(diagnostics.list().filter(({ severity }) => severity === 'error')).toEqual([]);
  const [clause] = script.clauses;
  if (clause === undefined) throw new Error('no clause');
  return { clause, bindings };
}

test.each<[string, string[], string[]]>([
  ['$a = 1; for ($i : 0..100) { print($i); }', [], []],
  ['$a = 1; for ($i : 0..100) { print($a); }', [], ['$a']],
  ['$a = 1; for ($i : 0..100) { $a = $i; }', ['$a'], []],
  ['$a = 1; for ($i : 0..100) { $a += $i; }', ['$a'], []],
  ['$a = 1; for ($i : 0..100) { $a++; }', ['$a'], []],
  ['$a = 1; for ($i : 0..100) { print($a); print(--$a); }', ['$a'], []],
  ['$a = 1; for ($i : 0..10) { $a = $i; }', [], []],
  ['$a = 5; for ($i : 0..$a) { print($i); }', [], []],
  ['for ($e : @m) { $b = $e.1; print($b); }', [], []],
  ['$a = 1; for ($e : @m) { for ($i : 0..100) { print($a + $i); } }', [], ['$a']],
  ['for ($e : @m) { for ($i : 0..100) { print($e.1 + $i); } }', [], ['$e']],
  ['for ($e : @m) { $n = 0; for ($i : 0..100) { $n += $i; } print($n); }', ['$n'], []],
  ['$a = 1; for ($e : @m) { if ($e.1) { $x = { $a = 2; $a }; print($x); } }', ['$a'], []],
])('%s', (body, written, read) => {
  const { clause, bindings } = analyzed(body);
  const shared = sharedVariables(clause, bindings, permissiveEnv());
  const names = (symbols: Iterable<{ readonly name: string }>) => [...symbols].map(({ name }) => name);
  expect(names(shared.written)).toEqual(written);
  expect([...shared.read.values()].flatMap(names)).toEqual(read);
});

test.each<[string, string[]]>([
  ['$a = 1; $i = 0; while ($i < 9) { $i++; $a += $i; }', ['$a']],
  ['$a = 1; $s = 2; $i = 0; while ($i < 9) { $i += $s; print($a); }', ['$a']],
  ['$a = 1; $t = 2; $s = $t; $i = 0; while ($i < 9) { $i += $s; }', ['$a']],
  ['$a = 1; while (1) { if (++$a > 5) { break; } }', []],
  ['$a = 1; if ($a > 0) { print($a); }', ['$a']],
])('what the verifier may forget in %s, where loops are in the program', (body, forgotten) => {
  const { clause, bindings } = analyzed(body);
  const named = (env: Parameters<typeof sharedVariables>[2]) =>
    [...sharedVariables(clause, bindings, env).written].map(({ name }) => name);
  expect(named({ features: new Set(), forgetful: true })).toEqual(forgotten);
  expect(named({ features: new Set() })).toEqual([]);
});

test.each<[string, string, string]>([
  ['0..32', 'inline', 'inline'],
  ['0..33', 'callback', 'inline'],
  ['(-5)..5', 'inline', 'inline'],
  ['0..pid', 'callback', 'inline'],
  ['5..1', 'inline', 'inline'],
  ['@m', 'callback', 'callback'],
])('a loop over %s: %s, and without bpf_loop %s', (over, withLoop, without) => {
  const { clause } = analyzed(`for ($i : ${over}) { }`);
  const [statement] = clause.body.statements;
  if (statement?.kind !== 'for') throw new Error('no loop');
  expect(loopKind(statement, permissiveEnv())).toBe(withLoop);
  expect(loopKind(statement, { features: new Set() })).toBe(without);
});
