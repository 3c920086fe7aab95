import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import { parseScript } from '../syntax/parse-script.ts';
import { printScript } from '../syntax/printer.ts';
import { Transform } from '../syntax/transform.ts';
import { expandMacros } from './expand-macros.ts';

/** Shows which variables are of which expansion, as `$a_1`. */
class Marked extends Transform {
  override variable(variable: Parameters<Transform['variable']>[0]) {
    const { expansion } = variable;
    return expansion === undefined ? variable : { ...variable, name: `${variable.name}_${expansion}` };
  }
}

function expand(text: string): { body: string; errors: string[] } {
  const diagnostics = new Diagnostics(new SourceText(text));
  const script = expandMacros(parseScript(text, diagnostics), diagnostics);
  const marked = new Marked();
  const clauses = script.clauses.map((clause) => marked.clause(clause));
  const printed = printScript({ ...script, macros: [], functions: [], definitions: [], clauses });
  const body = printed.replace(/\s+/g, ' ').replace(/^begin \{ (.*) \} $/, '$1');
  const errors = diagnostics
    .list()
    .map((d) => `${d.column}-${d.endColumn} ${d.message}${d.hint ? ` | ${d.hint}` : ''}`);
  return { body, errors };
}

describe('what a macro becomes', () => {
  test.each([
    ['macro one() { 1 } begin { print(one()); print(one) }', 'print(1); print(1);'],
    ['macro add(x) { x + 1 } begin { print(add(2) * 3) }', 'print((2 + 1) * 3);'],
    ['macro add(x) { x + 1 } macro two(x) { add(x) + 1 } begin { $a = two(5); }', '$a = 5 + 1 + 1;'],
    ['macro set($x, @m) { $x = 1; @m[$x] = 2; } begin { set($y, @z) }', '{ $y = 1; @z[$y] = 2; }'],
    ['macro local(x) { let $a = x; $a } begin { $b = local($a); }', '$b = { let $a_1 = $a; $a_1 };'],
    [
      'macro local(x) { $a = x; $a } begin { $b = local(1) + local(2); }',
      '$b = { $a_1 = 1; $a_1 } + { $a_2 = 2; $a_2 };',
    ],
    ['macro loop(n) { for ($i : 0..n) { print($i) } } begin { loop($i) }', '{ for ($i_1 : 0..$i) { print($i_1); } }'],
    ['macro read() { $a } begin { $a = 1; print(read()) }', '$a = 1; print($a);'],
    ['macro twice(x) { x; x; } begin { twice({ print("hi") }) }', '{ { print("hi"); } { print("hi"); } }'],
    ['macro pick(c) { if (c) { 1 } else { 2 } } begin { $a = pick($b); }', '$a = $b ? 1 : 2;'],
    [
      'macro pick(c) { if (c) { print(1); print(2) } else { print(3) } } begin { pick($b) }',
      'if ($b) { print(1); print(2); } else { print(3); }',
    ],
    ['macro m(x) { 1 } macro m(x, y) { 2 } begin { print(m(0), m(0, 0)) }', 'print(1, 2);'],
    ['macro m($x) { 1 } macro m(@x) { 2 } macro m(x) { 3 } begin { print(m($a), m(@a), m(@a[1])) }', 'print(1, 2, 3);'],
    ['macro n() { 1 } macro m(n) { n + n() } begin { print(m(5)) }', 'print(5 + 1);'],
    ['macro id(x) { x } begin { print(id(id(4))) }', 'print(4);'],
    ['macro id(x) { x } begin { print(id(id($a)), sizeof(id($b))) }', 'print($a, sizeof($b));'],
    ['begin { late(1) } macro late(x) { print(x) }', 'print(1);'],
  ])('%s', (text, body) => {
    expect(expand(text)).toEqual({ body, errors: [] });
  });

  test.each([
    ['#define A 1 + 2\nbegin { print(A * 3) }', 'print((1 + 2) * 3);'],
    ['#define A B\n#define B "x"\nbegin { print(A) }', 'print("x");'],
    ['#define A B\n#define B A\nbegin { print(A) }', 'print(A);'],
    ['#define pid pid + 1\nbegin { print(pid) }', 'print(pid + 1);'],
    ['#define A\nbegin { print(A) }', 'print(A);'],
    ['#define N 3\nmacro m(x) { x + N } begin { unroll(N) { print(m(N)) } }', 'unroll (3) { print(3 + 3); }'],
  ])('%s', (text, body) => {
    expect(expand(text)).toEqual({ body, errors: [] });
  });

  test('every mention of a variable is a node of its own', () => {
    const text = 'macro twice(x) { x + x } begin { print(twice($a)) }';
    const diagnostics = new Diagnostics(new SourceText(text));
    const script = expandMacros(parseScript(text, diagnostics), diagnostics);
    const [statement] = script.clauses[0]?.body.statements ?? [];
    if (statement?.kind !== 'expression-statement' || statement.expression.kind !== 'call') throw new Error('no call');
    const [sum] = statement.expression.arguments;
    if (sum?.kind !== 'binary') throw new Error('no sum');
    expect(sum.left).toEqual(sum.right);
    expect(sum.left).not.toBe(sum.right);
  });
});

describe('what is wrong', () => {
  const arity = 'The closest definition of m() has a different number of arguments.';
  test.each([
    ['macro m(x) { m(x) } begin { m(1) }', ['14-18 Recursive macro call detected. Call chain: m > m']],
    [
      'macro a() { b() } macro b() { a() } begin { a() }',
      ['31-34 Recursive macro call detected. Call chain: a > b > a'],
    ],
    [
      'macro m(x) { @a = x } begin { m(1) }',
      ['14-16 Unhygienic access to map: @a. Maps must be passed into the macro as arguments.'],
    ],
    ['macro m(x) { if (x) { return; } } begin { m(1) }', ["23-30 'return' statement is not allowed in a macro"]],
    ['macro m(x) { 1 } macro m(y) { 2 } begin { m(1) }', ['18-25 Redefinition of macro: m']],
    ['macro m(x) { 1 } macro m($y) { 2 } begin { m(1) }', ['18-25 Redefinition of macro: m']],
    ['macro m($x, $x) { 1 } begin { }', ['13-15 Variable for macro argument has already been used: $x']],
    ['macro m(x, x) { 1 } begin { }', ['12-13 Ident for macro argument has already been used: x']],
    [
      'macro m(x) { 1 } begin { m() }',
      [`26-29 Call to m() has arguments that do not match any definition. | ${arity} Expected: 1 but got 0`],
    ],
    [
      'macro m(x) { 1 } begin { print(m) }',
      [`32-33 Call to m() has arguments that do not match any definition. | ${arity} Expected: 1 but got 0`],
    ],
    [
      'macro m($x) { 1 } begin { m(5) }',
      [
        '27-31 Call to m() has arguments that do not match any definition. | Mismatched arg. m() expects a variable for arg $x but got an expression.',
      ],
    ],
    [
      'macro m(@x) { 1 } begin { m(@a[1]) }',
      [
        '27-35 Call to m() has arguments that do not match any definition. | Mismatched arg. m() expects a map for arg @x but got an expression.',
      ],
    ],
    ['macro unused(x) { @nope; unused(1) } begin { }', []],
  ])('%s', (text, errors) => {
    expect(expand(text).errors).toEqual(errors);
  });

  test.each([
    ['macro m(x) { x + x } begin { print(', 'm(', '1', ')', 40],
    ['macro m(x) { x; x; x; x } begin { print(', 'm(', '1', ')', 40],
    ['macro m(x) { ----x } begin { print(', 'm(', '1', ')', 60],
  ])('%s ... is bounded', (head, open, inner, close, times) => {
    const { errors } = expand(`${head}${open.repeat(times)}${inner}${close.repeat(times)}) }`);
    expect(errors.length).toBeLessThanOrEqual(1);
    if (!head.includes('-')) expect(errors[0]).toMatch(/the macros and functions of this script expand to too much$/);
  });

  test('a chain of #define that doubles is bounded', () => {
    const lines = Array.from({ length: 60 }, (_, index) => `#define A${index} (A${index + 1} + A${index + 1})\n`);
    expect(expand(`${lines.join('')}begin { print(A0) }`).errors[0]).toMatch(/expand to too much$/);
  });
});
