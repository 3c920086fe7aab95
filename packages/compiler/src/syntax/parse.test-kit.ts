import { Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import type { Expression, Script, Statement } from './ast.ts';
import { parseScript } from './parse-script.ts';
import { printExpression } from './printer.ts';

/** A script and what is wrong with it, as `line:column message`. */
export function parse(text: string): { script: Script; errors: string[] } {
  const diagnostics = new Diagnostics(new SourceText(text));
  const script = parseScript(text, diagnostics);
  return { script, errors: diagnostics.list().map((d) => `${d.line}:${d.column}-${d.endColumn} ${d.message}`) };
}

/** The statements of a script that is one clause around `text`; throws where it does not parse. */
export function statementsOf(text: string): readonly Statement[] {
  const { script, errors } = parse(`begin { ${text} }`);
  if (errors.length > 0) throw new Error(`${text}: ${errors.join('; ')}`);
  return script.clauses[0]?.body.statements ?? [];
}

export function expressionOf(text: string): Expression {
  const [statement] = statementsOf(`$_ = ${text};`);
  if (statement?.kind !== 'assignment') throw new Error('no expression');
  return statement.value;
}

/** An expression with brackets around each operator, to see how it was read. */
export function shape(expression: Expression): string {
  switch (expression.kind) {
    case 'binary':
      return `(${shape(expression.left)} ${expression.operator} ${shape(expression.right)})`;
    case 'unary':
      return `(${expression.operator}${shape(expression.operand)})`;
    case 'ternary':
      return `(${shape(expression.condition)} ? ${shape(expression.then)} : ${shape(expression.otherwise)})`;
    case 'cast': {
      const { tag, name, pointers, dimensions } = expression.type;
      const type = [...(tag === undefined ? [] : [tag]), name, '*'.repeat(pointers)].join(' ').trim();
      return `((${type}${dimensions.map((length) => `[${length ?? ''}]`).join('')})${shape(expression.operand)})`;
    }
    case 'tuple':
      return `<${expression.elements.map(shape).join(', ')}>`;
    case 'map':
      return expression.key === undefined ? expression.name : `${expression.name}[${shape(expression.key)}]`;
    case 'member':
      return `${shape(expression.object)}.${expression.name}`;
    default:
      return printExpression(expression).replace(/\s+/g, ' ');
  }
}
