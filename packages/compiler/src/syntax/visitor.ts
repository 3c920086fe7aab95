import type { Expression, Statement } from './ast.ts';

/** The expressions directly within one, in the order they are evaluated. */
export function childExpressions(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'integer':
    case 'string':
    case 'identifier':
    case 'variable':
      return [];
    case 'map':
      return expression.key ?? [];
    case 'call':
      return expression.arguments;
    case 'binary':
      return [expression.left, expression.right];
    case 'unary':
    case 'cast':
      return [expression.operand];
    case 'update':
      return [expression.target];
    case 'ternary':
      return [expression.condition, expression.then, expression.otherwise];
    case 'member':
      return [expression.object];
    case 'index':
      return [expression.object, expression.index];
    case 'tuple':
      return expression.elements;
  }
}

/** Calls `visit` for an expression and all within it, the outer first. */
export function visitExpression(expression: Expression, visit: (expression: Expression) => void): void {
  visit(expression);
  for (const child of childExpressions(expression)) visitExpression(child, visit);
}

/** Calls `visit` for every statement within one, the outer first. */
export function visitStatement(statement: Statement, visit: (statement: Statement) => void): void {
  visit(statement);
  if (statement.kind === 'block') {
    for (const inner of statement.statements) visitStatement(inner, visit);
  } else if (statement.kind === 'if') {
    visitStatement(statement.then, visit);
    if (statement.otherwise !== undefined) visitStatement(statement.otherwise, visit);
  }
}

/** The expressions directly within a statement: not those of statements inside it. */
export function statementExpressions(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case 'expression-statement':
      return [statement.expression];
    case 'assignment':
      return [statement.target, statement.value];
    case 'let':
      return statement.value === undefined ? [statement.variable] : [statement.variable, statement.value];
    case 'if':
      return [statement.condition];
    case 'return':
    case 'block':
      return [];
  }
}
