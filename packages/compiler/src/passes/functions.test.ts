import { expect, test } from 'vitest';
import { messages } from '../compile.test-kit.ts';

/** Position and sentence of each message. */
function told(source: string): string[] {
  return messages(source).map((message) => message.split('\n', 1)[0]?.replace(/^stdin:1:|ERROR: /g, '') ?? '');
}

test.each([
  [
    'fn f($n : int64) : int64 { return f($n); } begin { f(1) }',
    ['35-40: Recursive function call detected. Call chain: f > f'],
  ],
  [
    'fn f() : void { g() } fn g() : void { f() } begin { f() }',
    ['39-42: Recursive function call detected. Call chain: f > g > f'],
  ],
  ['fn f($n : int64) : void { } begin { f() }', ['37-40: f() requires 1 argument (0 provided)']],
  ['fn f() : void { } begin { f(1, 2) }', ['27-34: f() requires 0 arguments (2 provided)']],
  ['fn f() : void { } fn f() : void { } begin { f() }', ['22-23: Redefinition of function: f']],
  ['macro f() { 1 } fn f() : void { } begin { print(f()) }', ['20-21: Redefinition of macro: f']],
  ['fn strlen($s : string) : int64 { return 1; } begin { }', ['4-10: Redefinition of builtin: strlen']],
  ['fn args() : int64 { return 1; } begin { }', ['4-8: Redefinition of builtin: args']],
  [
    'fn f($a : int8, $a : int8) : void { } begin { }',
    ['17-19: Variable for function argument has already been used: $a'],
  ],
  ['fn f() : int8 { } begin { }', ['17-18: Function f is of type int8, cannot return void']],
  [
    'fn f($n : int8) : int8 { if ($n) { return 1; } } begin { }',
    ['48-49: Function f is of type int8, cannot return void'],
  ],
  ['fn f($n : int8) : int8 { if ($n) { return 1; } else { exit(); } } begin { }', []],
  ['fn f() : int8 { return; } begin { f() }', ['17-24: Function f is of type int8, cannot return void']],
  ['fn f() : void { return 5; } begin { f() }', ['17-26: Function f is of type void, cannot return int8']],
  ['fn f() : int8 { return "a"; } begin { f() }', ['17-28: Function f is of type int8, cannot return string[2]']],
  ['fn f() : int8 { return 500; } begin { f() }', ['17-28: Function f is of type int8, cannot return int16']],
  ['fn f() : int8 { return pid; } begin { f() }', ['17-28: Function f is of type int8, cannot return uint32']],
  [
    'fn f() : string[4] { return comm; } begin { f() }',
    ['22-34: Function f is of type string[4], cannot return string[16]'],
  ],
  [
    'fn f($n : int64) : void { } begin { f("a") }',
    [
      "39-42: Type mismatch for $n: trying to assign value of type 'string[2]' when variable already has a type 'int64'",
    ],
  ],
  ['fn f() : void { print($a); } begin { $a = 1; f() }', ['23-25: Undefined or undeclared variable: $a']],
  ['fn f() : void { } begin { $a = f(); }', ["27-35: Value 'void' cannot be assigned to a scratch variable."]],
  [
    'fn f() : void { break; } begin { for ($i : 0..2) { f() } }',
    ["17-23: 'break' statement is not allowed in a probe"],
  ],
])('%s', (source, errors) => {
  expect(told(source)).toEqual(errors);
});
