import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import { parseScript } from '../syntax/parse-script.ts';
import { printScript } from '../syntax/printer.ts';
import { bindParameters } from './bind-parameters.ts';

function bind(text: string, ...args: string[]): { bound: string; said: string[] } {
  const diagnostics = new Diagnostics(new SourceText(text));
  const named = args.filter((arg) => arg.startsWith('--')).map((arg) => arg.slice(2));
  const positional = args.filter((arg) => !arg.startsWith('--'));
  const script = bindParameters(parseScript(text, diagnostics), { positional, named }, diagnostics);
  const bound = printScript(script).replace(/\s+/g, ' ').trim();
  const said = diagnostics.list().map((d) => `${d.column}-${d.endColumn} ${d.message}${d.hint ? ` | ${d.hint}` : ''}`);
  return { bound, said };
}

describe('positional parameters', () => {
  test.each([
    ['$1', ['5'], '5'],
    ['$1', ['0x10'], '16'],
    ['$1', ['0755'], '493'],
    ['$1', ['1e3'], '1000'],
    ['$1', ['5s'], '5000000000'],
    ['$1', ['5u'], '5'],
    ['$1', ['-5'], '-5'],
    ['$1', ['-9223372036854775809'], '"-9223372036854775809"'],
    ['$1', ['18446744073709551615'], '18446744073709551615'],
    ['$1', ['18446744073709551616'], '"18446744073709551616"'],
    ['$1', ['5x'], '"5x"'],
    ['$1', ['5 '], '"5 "'],
    ['$1', ['abc'], '"abc"'],
    ['$#', ['a', '--x', 'b'], '2'],
    ['$2', ['a', 'b'], '"b"'],
    ['$1 + $2', ['1', '2'], '1 + 2'],
    ['str($1)', ['5'], '"5"'],
    ['str(0x10)', [], '"16"'],
    ['str(-1)', [], '"-1"'],
    ['str($1)', [], '""'],
    ['str($1, 3)', ['hello'], 'str("hello", 3)'],
    ['str($1 + 1)', ['hello'], '"ello"'],
    ['str(1 + $1)', ['hello'], '"ello"'],
    ['str($1 - 1)', ['hello'], 'str("hello" - 1)'],
    ['str($x)', ['hello'], 'str($x)'],
  ])('%s of %j', (text, args, bound) => {
    const { said, ...rest } = bind(`begin { $x = ${text}; }`, ...args);
    expect(rest).toEqual({ bound: `begin { $x = ${bound}; }` });
    expect(said.filter((message) => !message.includes('unexpected'))).toEqual([]);
  });

  test('where one is missing, or there is no text left', () => {
    expect(bind('begin { print($1, str($2)); }', '')).toEqual({
      bound: 'begin { print(0, ""); }',
      said: ['15-17 Positional parameter $1 is empty or not provided. '],
    });
    expect(bind('begin { print(str($1 + 9)); }', 'abc')).toEqual({
      bound: 'begin { print(""); }',
      said: ['19-25 literal string will always be empty'],
    });
    expect(bind('begin { print($0); }').said[0]).toBe(
      '15-17 syntax: param $0 is out of integer range [1, 9223372036854775807]',
    );
  });

  test('in attach points and macros', () => {
    const text = 'tracepoint:$1:a$2, interval:ms:"$1", $4 { m() } macro m() { $3 }';
    const diagnostics = new Diagnostics(new SourceText(text));
    const script = bindParameters(
      parseScript(text, diagnostics),
      { positional: ['sched', 'b', '7', 'interval:s:1'] },
      diagnostics,
    );
    expect(script.clauses[0]?.attachPoints.map(({ parts }) => parts)).toEqual([
      ['tracepoint', 'sched', 'ab'],
      ['interval', 'ms', '$1'],
      ['interval', 's', '1'],
    ]);
    expect(script.macros[0]?.body.value).toMatchObject({ kind: 'integer', value: 7n });
  });
});

describe('named options', () => {
  test.each([
    ['getopt("a", 1)', ['--a=20'], '20'],
    ['getopt("a", 1)', [], '1'],
    ['getopt("a", -5)', ['--a=-7'], '-7'],
    ['getopt("a", -5)', [], '-5'],
    ['getopt("a", 1)', ['--a=1e3'], '1000'],
    ['getopt("a")', ['--a'], 'true'],
    ['getopt("a")', [], 'false'],
    ['getopt("a")', ['--a', '--a=false'], 'false'],
    ['getopt("a", true)', ['--a=0'], 'false'],
    ['getopt("a")', ['--a=Yes'], 'true'],
    ['getopt("a", true)', ['--a=OFF'], 'false'],
    ['getopt("a", "x")', ['--a=y=z'], '"y=z"'],
    ['getopt("a", "x")', ['--a='], '""'],
    ['getopt("a", 5, "what it is for")', [], '5'],
  ])('%s of %j', (text, args, bound) => {
    expect(bind(`begin { $x = ${text}; }`, ...args)).toEqual({ bound: `begin { $x = ${bound}; }`, said: [] });
  });

  test.each([
    ['getopt("a", 1)', ['--a=x'], '9-23 program command line option --a invalid integer (value: x)'],
    ['getopt("a", 1)', ['--a'], '9-23 program command line option --a expects an integer (value: true)'],
    [
      'getopt("a", 1)',
      ['--a=18446744073709551616'],
      '9-23 program command line option --a value is out of range (value: 18446744073709551616)',
    ],
    ['getopt("a")', ['--a=x'], "9-20 program command line option --a expects a boolean (e.g. 'true') (value: x)"],
    ['getopt("a", "x")', ['--a'], '9-25 program command line option --a expects a string (value: true)'],
    ['getopt(5)', [], "16-17 First argument to 'getopt' must be a string literal."],
    [
      'getopt("a", pid)',
      [],
      "21-24 Second argument to 'getopt' must be a string literal, integer literal, or a boolean literal.",
    ],
    ['getopt()', [], "9-17 The 'getopt' function can take a maximum of three arguments and a minimum of one argument."],
    [
      'getopt("a", 1); getopt("a", 2)',
      [],
      "25-39 Command line option 'a' needs to have the same default value in all places it is used. Previous default value: 1",
    ],
    [
      'getopt("a")',
      ['--b', '--c=1'],
      '1-1 unexpected program command line options: --b, --c | expected program options: --a',
    ],
    ['1', ['--b'], '1-1 unexpected program command line options: --b | no custom program options defined.'],
  ])('%s of %j is wrong', (text, args, error) => {
    expect(bind(`begin { ${text} }`, ...args).said).toEqual([error]);
  });
});
