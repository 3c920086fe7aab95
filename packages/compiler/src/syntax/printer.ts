import type { BinaryOperator, Block, Clause, Expression, If, Script, Statement } from './ast.ts';
import { precedences } from './precedence.ts';
import { quote } from './string-literal.ts';

/** A script written out the one way the formatter writes it; parsing that gives the same tree. Comments are not kept. */
export function printScript(script: Script): string {
  return script.clauses.map(printClause).join('\n');
}

function printClause({ attachPoints, predicate, body }: Clause): string {
  const probes = attachPoints.map((point) => point.text).join(',\n');
  const condition = predicate === undefined ? '' : `/${printExpression(predicate)}/\n`;
  return `${probes}${condition === '' ? ' ' : '\n'}${condition}${printBlock(body, '')}\n`;
}

function printBlock(block: Block, indent: string): string {
  if (block.statements.length === 0) return '{\n'.concat(indent, '}');
  const inner = `${indent}  `;
  return `{\n${block.statements.map((statement) => `${inner}${printStatement(statement, inner)}\n`).join('')}${indent}}`;
}

function printStatement(statement: Statement, indent: string): string {
  switch (statement.kind) {
    case 'expression-statement':
      return `${printExpression(statement.expression)};`;
    case 'assignment': {
      const { target, operator = '', value } = statement;
      return `${printExpression(target)} ${operator}= ${printExpression(value)};`;
    }
    case 'let':
      return `let ${statement.variable.name}${statement.value === undefined ? '' : ` = ${printExpression(statement.value)}`};`;
    case 'if':
      return printIf(statement, indent);
    case 'return':
      return 'return;';
    case 'block':
      return printBlock(statement, indent);
  }
}

function printIf(statement: If, indent: string): string {
  const { condition, then, otherwise } = statement;
  const head = `if (${printExpression(condition)}) ${printBlock(then, indent)}`;
  if (otherwise === undefined) return head;
  return `${head} else ${otherwise.kind === 'if' ? printIf(otherwise, indent) : printBlock(otherwise, indent)}`;
}

/** An expression with the brackets it needs and no others. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'integer':
      return expression.text;
    case 'string':
      return quote(expression.value);
    case 'identifier':
    case 'variable':
      return expression.name;
    case 'map':
      return expression.key === undefined ? expression.name : `${expression.name}[${list(expression.key)}]`;
    case 'call':
      return `${expression.name}(${list(expression.arguments)})`;
    case 'binary': {
      const strength = precedences[expression.operator];
      const left = printOperand(expression.left, strength);
      return `${left} ${expression.operator} ${printOperand(expression.right, strength + 1)}`;
    }
    case 'unary': {
      const operand = printTight(expression.operand);
      // `- -x` and `-(--x)` are not `--x`.
      return operand.startsWith(expression.operator)
        ? `${expression.operator} ${operand}`
        : `${expression.operator}${operand}`;
    }
    case 'update': {
      const target = printExpression(expression.target);
      return expression.prefix ? `${expression.operator}${target}` : `${target}${expression.operator}`;
    }
    case 'ternary': {
      const { condition, then, otherwise } = expression;
      const test = condition.kind === 'ternary' ? `(${printExpression(condition)})` : printExpression(condition);
      return `${test} ? ${printExpression(then)} : ${printExpression(otherwise)}`;
    }
    case 'member':
      return `${printTight(expression.object)}.${expression.name}`;
    case 'index':
      return `${printTight(expression.object)}[${printExpression(expression.index)}]`;
    case 'cast':
      return `(${expression.type})${printTight(expression.operand)}`;
    case 'tuple':
      return `(${list(expression.elements)})`;
  }
}

function printOperand(expression: Expression, minimum: number): string {
  const loose =
    expression.kind === 'ternary' ||
    (expression.kind === 'binary' && precedences[expression.operator as BinaryOperator] < minimum);
  return loose ? `(${printExpression(expression)})` : printExpression(expression);
}

/** As the operand of something that binds tighter than any binary operator. */
function printTight(expression: Expression): string {
  const loose = expression.kind === 'ternary' || expression.kind === 'binary';
  return loose ? `(${printExpression(expression)})` : printExpression(expression);
}

function list(expressions: readonly Expression[]): string {
  return expressions.map(printExpression).join(', ');
}
