import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import { parseScript } from '../syntax/parse-script.ts';
import { ScriptTypes } from '../types/c-definitions.ts';
import { expandMacros } from './expand-macros.ts';
import { resolveNames } from './resolve-names.ts';

function resolve(text: string) {
  const diagnostics = new Diagnostics(new SourceText(text));
  const parsed = parseScript(text, diagnostics);
  const script = expandMacros(parsed, diagnostics);
  const types = new ScriptTypes(parsed.definitions, undefined, diagnostics);
  const { bindings } = resolveNames(script, { diagnostics, types, permissive: false });
  const said = diagnostics.list().map((d) => `${d.column}-${d.endColumn} ${d.severity} ${d.message}`);
  return { symbols: new Set(bindings.values()), said };
}

describe('scopes', () => {
  test.each([
    ['$a = 1; { $a = 2; } print($a)', 1],
    ['{ $a = 1; } $a = 2;', 2],
    ['if (1) { $a = 1; } else { $a = 2; }', 2],
    ['$b = { let $a = 1; $a }; $a = 2;', 3],
    ['for ($i : 0..5) { $a = $i; } for ($i : 0..5) { }', 3],
    ['for ($kv : @m) { print($kv.0) }', 1],
    ['while (1) { $a = 1; } unroll (2) { $a = 1; }', 2],
    ['let $a: uint8; $a = 1;', 1],
    ['return { $a = 1; $a };', 1],
  ])('%s', (text, count) => {
    const { symbols, said } = resolve(`begin { @m[1] = 1; ${text} }`);
    expect(said.filter((message) => !message.includes('While loops'))).toEqual([]);
    expect(symbols.size).toBe(count);
  });

  test('the variables of a macro are its own in each expansion', () => {
    const { symbols, said } = resolve('macro m(x) { $a = x; $a } begin { $a = 1; print((m($a), m(2), $a)) }');
    expect(said).toEqual([]);
    expect(symbols.size).toBe(3);
  });
});

describe('what is wrong', () => {
  test.each([
    ['{ $a = 1; } print($a)', '27-29 error Undefined or undeclared variable: $a'],
    ['for ($i : 0..$i) { }', '22-24 error Undefined or undeclared variable: $i'],
    ['for ($i : 0..2) { } print($i)', '35-37 error Undefined or undeclared variable: $i'],
    ['$a = 1; let $a = 2;', '17-23 error Variable $a was already declared. Variable shadowing is not allowed.'],
    ['$a = 1; { let $a = 2; }', '19-25 error Variable $a was already declared. Variable shadowing is not allowed.'],
    ['$a = 1; for ($a : 0..2) { }', '22-24 error Loop declaration shadows existing variable: $a'],
    ['break', "9-14 error 'break' statement is not allowed in a probe"],
    ['unroll (2) { continue; }', "22-31 error 'continue' statement is not allowed in a probe"],
    ['for ($i : 0..2) { if ($i) { break; } }', undefined],
    ['while (1) { break; }', '9-29 warning While loops are deprecated and may be removed in the future.'],
    ['nosuch(1)', "9-18 error Unknown function: 'nosuch'"],
    ['print(nosuch)', "15-21 error Unknown identifier: 'nosuch'"],
    ['print(uint64)', "15-21 error Unknown identifier: 'uint64'"],
    ['print(sizeof(uint64))', undefined],
    ['print((typeof($x))1)', '23-25 error Undefined or undeclared variable: $x'],
  ])('%s', (text, said) => {
    expect(resolve(`begin { ${text} }`).said).toEqual(said === undefined ? [] : [said]);
  });

  test('enumerators are known, also of an enumeration within a structure', () => {
    const text = 'enum e { A }; struct s { enum { B } x; }; begin { print((A, B, C)) }';
    expect(resolve(text).said).toEqual(["64-65 error Unknown identifier: 'C'"]);
  });
});
