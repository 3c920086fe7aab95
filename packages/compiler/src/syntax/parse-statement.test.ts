import { expect, test } from 'vitest';
import { parse, statementsOf } from './parse.test-kit.ts';
import { printStatement } from './printer.ts';

/** Statements as they are printed, on one line. */
test.each([
  ['print(1)', ['print(1);']],
  ['$a = 1; @b[2] += 3; $c <<= 4;', ['$a = 1;', '@b[2] += 3;', '$c <<= 4;']],
  ['_ = f(1);', ['_ = f(1);']],
  [
    'let $a; let $b: uint8; let $c: struct x * = 0; let $d = 5',
    ['let $a;', 'let $b: uint8;', 'let $c: struct x * = 0;', 'let $d = 5;'],
  ],
  ['if $a { 1 } else if ($b) { 2 } else { 3 }', ['if ($a) { 1; } else if ($b) { 2; } else { 3; }']],
  ['if (1) { } print(2)', ['if (1) { }', 'print(2);']],
  ['while $i < 5 { $i++ }', ['while ($i < 5) { $i++; }']],
  ['while(1) { break; continue }', ['while (1) { break; continue; }']],
  ['unroll 3 { print(1) } unroll($n) { }', ['unroll (3) { print(1); }', 'unroll ($n) { }']],
  ['for ($kv : @m) { print($kv.0) }', ['for ($kv : @m) { print($kv.0); }']],
  ['for $i : 0..$n { }', ['for ($i : 0..$n) { }']],
  ['for ($i : -1..(1+2)) { }', ['for ($i : -1..(1 + 2)) { }']],
  ['for ($i : @a[1]..@b) { };', ['for ($i : @a[1]..@b) { }']],
  ['return; return 1 + 2; return', ['return;', 'return 1 + 2;', 'return;']],
  ['{ 1 } { $a = 2 }', ['{ 1; }', '{ $a = 2; }']],
  ['{ 1 }; print(1)', ['{ 1; }', 'print(1);']],
  ['({ 1 } + 2);', ['({ 1 } + 2);']],
  ['1 ? f() : g()', ['1 ? f() : g();']],
])('%s', (text, printed) => {
  expect(statementsOf(text).map((statement) => printStatement(statement, '').replace(/\s+/g, ' '))).toEqual(printed);
});

test.each([
  ['1 2', "11-12 syntax: expected ';'"],
  ['$a = 1 $b = 2', "16-18 syntax: expected ';'"],
  [';', '9-10 syntax: expected expression'],
  ['5 = 6', "11-12 syntax: expected ';'"],
  ['*$x = 1', "13-14 syntax: expected ';'"],
  ['$1 = 1', "12-13 syntax: expected ';'"],
  ['$x = 1 = 2', "16-17 syntax: expected ';'"],
  [
    '$t.0 = 3',
    '9-17 syntax: Tuples and records are immutable once created. Consider creating a new value and assigning it instead.',
  ],
  ['let @x = 1', "13-15 syntax: expected variable after 'let'"],
  ['let $1', "13-15 syntax: expected identifier after '$'"],
  ['let $a: 5', '17-18 syntax: expected type'],
  ['if (1) print(1)', "16-21 syntax: expected '{'"],
  ['if () { }', '13-14 syntax: expected expression'],
  ['for (@m : 0..1) { }', '14-16 syntax: expected variable in for loop'],
  ['for ($i : 5) { }', '20-21 syntax: expected map or range in for loop'],
  ['for ($i : @m[1]) { }', '24-25 syntax: expected map or range in for loop'],
  ['for ($i : 0..1+2) { }', "23-24 syntax: expected ')'"],
  [
    'import "x"',
    '9-19 Import statements that are not at the top level are primarily for the standard library. What that holds is there without an import.',
  ],
])('%s is wrong', (text, error) => {
  expect(parse(`begin { ${text} }`).errors[0]).toBe(`1:${error}`);
});
