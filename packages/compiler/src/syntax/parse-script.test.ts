import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import type { BinaryOperator, Expression } from './ast.ts';
import { binaryOperators } from './ast.ts';
import { astText } from './ast-text.ts';
import { parseScript } from './parse-script.ts';
import { printExpression, printScript } from './printer.ts';

function parse(text: string) {
  const diagnostics = new Diagnostics(new SourceText(text));
  const script = parseScript(text, diagnostics);
  return { script, errors: diagnostics.list().map((d) => `${d.line}:${d.column} ${d.message}`) };
}

/** An expression with brackets everywhere, to see how it was read. */
function shape(expression: Expression): string {
  switch (expression.kind) {
    case 'binary':
      return `(${shape(expression.left)} ${expression.operator} ${shape(expression.right)})`;
    case 'unary':
      return `(${expression.operator}${shape(expression.operand)})`;
    case 'ternary':
      return `(${shape(expression.condition)} ? ${shape(expression.then)} : ${shape(expression.otherwise)})`;
    case 'cast':
      return `((${expression.type})${shape(expression.operand)})`;
    default:
      return printExpression(expression);
  }
}

function expressionOf(text: string): Expression {
  const { script, errors } = parse(`BEGIN { ${text} }`);
  expect(errors).toEqual([]);
  const [statement] = script.clauses[0]?.body.statements ?? [];
  if (statement?.kind !== 'expression-statement') throw new Error('no expression');
  return statement.expression;
}

describe('operators bind as in C', () => {
  test.each([
    ['1 + 2 * 3', '(1 + (2 * 3))'],
    ['1 - 2 - 3', '((1 - 2) - 3)'],
    ['1 | 2 ^ 3 & 4', '(1 | (2 ^ (3 & 4)))'],
    ['1 == 2 & 3', '((1 == 2) & 3)'],
    ['1 << 2 + 3', '(1 << (2 + 3))'],
    ['1 && 2 || 3 && 4', '((1 && 2) || (3 && 4))'],
    ['!1 == 2', '((!1) == 2)'],
    ['-1 * ~2', '((-1) * (~2))'],
    ['1 ? 2 : 3 ? 4 : 5', '(1 ? 2 : (3 ? 4 : 5))'],
    ['(uint8)pid + 1', '(((uint8)pid) + 1)'],
    ['(pid) + 1', '(pid + 1)'],
    ['args->x + args.y', '(args.x + args.y)'],
    ['$a++ + ++$a', '($a++ + ++$a)'],
    ['@[1, 2]', '@[1, 2]'],
    ['@[(1, 2)]', '@[1, 2]'],
  ])('%s', (text, read) => {
    expect(shape(expressionOf(text))).toBe(read);
  });
});

describe('clauses', () => {
  test.each([
    ['BEGIN { }', ['BEGIN']],
    ['tracepoint:a:b,\n  tracepoint:c:d* { }', ['tracepoint:a:b', 'tracepoint:c:d*']],
    ['profile:hz:99, { }', ['profile:hz:99']],
    ['uprobe:/bin/sh:main { }', ['uprobe:/bin/sh:main']],
    ['interval:s:1/1/{ }', ['interval:s:1']],
    ['interval:s:1 /1 / 2/ { }', ['interval:s:1']],
  ])('%s', (text, probes) => {
    const { script, errors } = parse(text);
    expect(errors).toEqual([]);
    expect(script.clauses[0]?.attachPoints.map((point) => point.text)).toEqual(probes);
  });

  test('a mistake hides neither the clauses before nor those after', () => {
    const { script, errors } = parse(
      'BEGIN { 1 }\nEND { $x = ; if (1) { 2 } }\ninterval:s:1 { 3 }\nBEGIN /1 { 4 }\nEND { 5 }',
    );
    expect(errors).toEqual([
      "2:12 syntax error, unexpected ';', expected an expression",
      "4:10 syntax error, unexpected '{', expected '/' and '{'",
    ]);
    expect(script.clauses.map((clause) => clause.span.start)).toEqual([0, 40, 74]);
  });
});

describe('what is wrong is said', () => {
  test.each([
    ['', '1:1 the script has no probe'],
    ['BEGIN', "1:6 syntax error, unexpected end of file, expected '{'"],
    ['BEGIN { 1', "1:10 syntax error, unexpected end of file, expected ';' or '}'"],
    ['BEGIN { 1 2 }', "1:11 syntax error, unexpected '2', expected ';' or '}'"],
    ['BEGIN { 5 = 6 }', '1:9 only variables and maps can be assigned to'],
    ['BEGIN { ++5 }', '1:11 only variables and maps can be changed'],
    ['BEGIN { args. }', "1:15 syntax error, unexpected '}', expected the name of a field"],
    ['BEGIN { @[] }', "1:11 syntax error, unexpected ']', expected a key"],
    ['BEGIN { while (1) { } }', "1:9 'while' is not supported"],
    ['#include <x>\nBEGIN { }', '1:1 C definitions are not supported'],
    ['struct x { int y; }', "1:1 'struct' is not supported"],
    [`BEGIN { ${'('.repeat(300)}1 }`, '1:208 nested more than 200 deep'],
    [`BEGIN { ${'{'.repeat(300)} }`, '1:208 nested more than 200 deep'],
    [`BEGIN { 1${'+1'.repeat(5000)} }`, '1:9 an expression with more than 800 levels'],
    [' '.repeat(1_000_001), '1:1 a script has at most 1000000 characters'],
  ])('%#', (text, error) => {
    expect(parse(text).errors[0]).toBe(error);
  });
});

const leaf = fc.constantFrom(
  '1',
  '0x10',
  '"text"',
  'pid',
  '$a',
  '@m',
  '@m[1, pid]',
  'f(1, $a)',
  'args.x',
  '$a++',
  '(int8)3',
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc
      .tuple(tie('expression'), fc.constantFrom<BinaryOperator>(...binaryOperators), tie('expression'))
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    fc.tuple(fc.constantFrom('!', '~', '-', '+'), tie('expression')).map(([operator, e]) => `${operator}(${e})`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
  ),
}));

test('what is printed parses to the same tree', () => {
  fc.assert(
    fc.property(expression, fc.boolean(), (text, predicate) => {
      const source = predicate
        ? `BEGIN /${text}/ { if (${text}) { $x = ${text}; } else if ($x) { @m[1, pid] += 2 } }`
        : `BEGIN,\nEND { let $x = ${text}; { print(${text}) } }`;
      const { script, errors } = parse(source);
      expect(errors).toEqual([]);
      const again = parse(printScript(script));
      expect(again.errors).toEqual([]);
      expect(astText(again.script)).toBe(astText(script));
    }),
  );
});
