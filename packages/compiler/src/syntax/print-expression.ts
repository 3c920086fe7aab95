import type { BlockExpression, Expression } from './ast.ts';
import { precedences } from './precedence.ts';
import { printType } from './print-preamble.ts';
import { printStatement } from './printer.ts';
import { quote } from './string-literal.ts';

/** `tight`: as the operand of something that binds tighter than any binary operator. */
type Position = 'free' | 'tight';

/** An expression with the brackets it needs and no others; `indent` is that of the line it begins on. */
export function printExpression(expression: Expression, indent = '', position: Position = 'free'): string {
  if (position === 'tight' && isLoose(expression)) return `(${printExpression(expression, indent)})`;
  const print = (inner: Expression): string => printExpression(inner, indent);
  const tight = (inner: Expression): string => printExpression(inner, indent, 'tight');
  const list = (expressions: readonly Expression[]): string => expressions.map(print).join(', ');
  switch (expression.kind) {
    case 'integer':
      return expression.text;
    case 'boolean':
      return String(expression.value);
    case 'string':
      return quote(expression.value);
    case 'identifier':
    case 'variable':
      return expression.name;
    case 'map': {
      const { name, key } = expression;
      if (key === undefined) return name;
      return `${name}[${key.kind === 'tuple' && key.elements.length > 1 ? list(key.elements) : print(key)}]`;
    }
    case 'call':
      return `${expression.name}(${list(expression.arguments)})`;
    case 'binary': {
      const strength = precedences[expression.operator];
      const left = printOperand(expression.left, strength, indent);
      const right = printOperand(expression.right, strength + 1, indent);
      // `/ {` ends a predicate.
      const divided = expression.operator === '/' && right.startsWith('{');
      return `${left} ${expression.operator} ${divided ? `(${right})` : right}`;
    }
    case 'unary': {
      const operand = tight(expression.operand);
      // `- -x` and `-(--x)` are not `--x`, and `& &x` is not `&&x`.
      return operand.startsWith(expression.operator)
        ? `${expression.operator} ${operand}`
        : `${expression.operator}${operand}`;
    }
    case 'update': {
      const target = print(expression.target);
      return expression.prefix ? `${expression.operator}${target}` : `${target}${expression.operator}`;
    }
    case 'ternary': {
      const { condition, then, otherwise } = expression;
      const test = condition.kind === 'ternary' ? `(${print(condition)})` : print(condition);
      return `${test} ? ${print(then)} : ${print(otherwise)}`;
    }
    case 'member':
      return `${printObject(expression.object, indent)}.${expression.name}`;
    case 'index':
      return `${printObject(expression.object, indent)}[${print(expression.index)}]`;
    case 'cast': {
      const operand = tight(expression.operand);
      // A sign after the name of an unknown type would stand between two values, and a `{` begin a block.
      return `(${printType(expression.type)})${/^[-+*&{]/.test(operand) ? `(${operand})` : operand}`;
    }
    case 'comptime':
      return `comptime (${print(expression.operand)})`;
    case 'tuple': {
      const { elements } = expression;
      return elements.length === 1 ? `(${list(elements)},)` : `(${list(elements)})`;
    }
    case 'record':
      return `(${expression.fields.map(({ name, value }) => `${name}=${print(value)}`).join(', ')})`;
    case 'sizeof':
      return `sizeof(${printTypeOr(expression.of, indent)})`;
    case 'offsetof':
      return `offsetof(${printTypeOr(expression.of, indent)}, ${expression.path.join('.')})`;
    case 'block-expression':
      return printBlockOf(expression, indent);
  }
}

/** A block whose last expression has no semicolon, so that it is the value. */
export function printBlockOf({ statements, value }: BlockExpression, indent: string): string {
  const inner = `${indent}  `;
  const lines = statements.map((statement, index) => {
    const text = printStatement(statement, inner);
    // At the end a block or an `if` would be the value.
    const last = index === statements.length - 1 && value === undefined;
    return last && !text.endsWith(';') && ['block', 'if'].includes(statement.kind) ? `${text};` : text;
  });
  if (value !== undefined) {
    const text = printExpression(value, inner);
    // Here a block without a value would be a statement, and one with more behind it too.
    const plain = value.kind === 'block-expression' && value.value !== undefined;
    lines.push(text.startsWith('{') && !plain ? `(${text})` : text);
  }
  return `{\n${lines.map((line) => `${inner}${line}\n`).join('')}${indent}}`;
}

function printTypeOr(of: Extract<Expression, { kind: 'sizeof' }>['of'], indent: string): string {
  return of.kind === 'type-name' ? printType(of) : printExpression(of, indent);
}

function printOperand(expression: Expression, minimum: number, indent: string): string {
  const loose =
    expression.kind === 'ternary' || (expression.kind === 'binary' && precedences[expression.operator] < minimum);
  return loose ? `(${printExpression(expression, indent)})` : printExpression(expression, indent);
}

/** What stands before `.`, `[`: `-a.b` is `-(a.b)`, and `(a)[1]` of a map would be its key. */
function printObject(expression: Expression, indent: string): string {
  const text = printExpression(expression, indent);
  const loose = isLoose(expression) || ['unary', 'cast', 'update', 'comptime'].includes(expression.kind);
  return loose || (expression.kind === 'map' && expression.key === undefined) ? `(${text})` : text;
}

function isLoose(expression: Expression): boolean {
  return expression.kind === 'ternary' || expression.kind === 'binary';
}
