import type { Block, Clause, Expression, For, FunctionDefinition, If, Macro, Script, Statement } from './ast.ts';
import { printBlockOf, printExpression } from './print-expression.ts';
import { printConfig, printDefinition, printMapDeclaration, printType } from './print-preamble.ts';
import { quote } from './string-literal.ts';

export { printExpression } from './print-expression.ts';

/** A script written out the one way the formatter writes it; parsing that gives the same tree. Comments are not kept. */
export function printScript(script: Script): string {
  const { imports, config, definitions, mapDeclarations, macros, functions, clauses } = script;
  const definitionText = definitions.map((definition) => `${printDefinition(definition, '')}\n`).join('');
  const parts = [
    imports.map(({ path }) => `import ${quote(path)};\n`).join(''),
    definitionText,
    config.length === 0 ? '' : printConfig(config),
    mapDeclarations.map((declaration) => `${printMapDeclaration(declaration)}\n`).join(''),
    ...macros.map(printMacro),
    ...functions.map(printFunction),
    ...clauses.map(printClause),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function printMacro({ name, parameters, body }: Macro): string {
  return `macro ${name}(${parameters.map((parameter) => parameter.name).join(', ')}) ${printBlockOf(body, '')}\n`;
}

function printFunction({ name, parameters, returns, body }: FunctionDefinition): string {
  const list = parameters.map(({ variable, type }) => `${variable.name} : ${printType(type)}`).join(', ');
  return `fn ${name}(${list}) : ${printType(returns)} ${printBlock(body, '')}\n`;
}

function printClause({ attachPoints, predicate, body }: Clause): string {
  const probes = attachPoints.map((point) => point.text).join(',\n');
  const condition = predicate === undefined ? '' : `${printPredicate(predicate)}\n`;
  return `${probes}${condition === '' ? ' ' : '\n'}${condition}${printBlock(body, '')}\n`;
}

function printPredicate(predicate: Expression): string {
  const text = printExpression(predicate);
  // `/*` begins a comment.
  return text.startsWith('*') ? `/ ${text}/` : `/${text}/`;
}

function printBlock(block: Block, indent: string): string {
  if (block.statements.length === 0) return '{\n'.concat(indent, '}');
  const inner = `${indent}  `;
  return `{\n${block.statements.map((statement) => `${inner}${printStatement(statement, inner)}\n`).join('')}${indent}}`;
}

/** One statement with its semicolon, its first line not indented. */
export function printStatement(statement: Statement, indent: string): string {
  switch (statement.kind) {
    case 'expression-statement': {
      const text = printExpression(statement.expression, indent);
      if (statement.discarded) return `_ = ${text};`;
      // A `{` would begin a block of statements.
      return text.startsWith('{') ? `(${text});` : `${text};`;
    }
    case 'assignment': {
      const { target, operator = '', value } = statement;
      return `${printExpression(target, indent)} ${operator}= ${printExpression(value, indent)};`;
    }
    case 'let': {
      const type = statement.type === undefined ? '' : `: ${printType(statement.type)}`;
      const value = statement.value === undefined ? '' : ` = ${printExpression(statement.value, indent)}`;
      return `let ${statement.variable.name}${type}${value};`;
    }
    case 'if':
      return printIf(statement, indent);
    case 'while':
      return `while (${printExpression(statement.condition, indent)}) ${printBlock(statement.body, indent)}`;
    case 'unroll':
      return `unroll (${printExpression(statement.count, indent)}) ${printBlock(statement.body, indent)}`;
    case 'for':
      return printFor(statement, indent);
    case 'break':
    case 'continue':
      return `${statement.kind};`;
    case 'return':
      return statement.value === undefined ? 'return;' : `return ${printExpression(statement.value, indent)};`;
    case 'block':
      return printBlock(statement, indent);
  }
}

function printFor({ variable, over, body }: For, indent: string): string {
  const range =
    over.kind === 'range'
      ? `${printExpression(over.from, indent, 'tight')}..${printExpression(over.to, indent, 'tight')}`
      : printExpression(over, indent);
  return `for (${variable.name} : ${range}) ${printBlock(body, indent)}`;
}

function printIf(statement: If, indent: string): string {
  const { condition, then, otherwise } = statement;
  const head = `if (${printExpression(condition, indent)}) ${printBlock(then, indent)}`;
  if (otherwise === undefined) return head;
  return `${head} else ${otherwise.kind === 'if' ? printIf(otherwise, indent) : printBlock(otherwise, indent)}`;
}
