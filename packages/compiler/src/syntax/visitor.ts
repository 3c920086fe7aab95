import type { Block, Expression, Statement, TypeName } from './ast.ts';

/**
 * The expressions directly within one, in the order they are evaluated. Those of the statements of a block expression
 * are not among them: see blockStatements().
 */
export function childExpressions(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'integer':
    case 'boolean':
    case 'string':
    case 'identifier':
    case 'variable':
      return [];
    case 'map':
      return expression.key === undefined ? [] : [expression.key];
    case 'call':
      return expression.arguments;
    case 'binary':
      return [expression.left, expression.right];
    case 'unary':
    case 'cast':
    case 'comptime':
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
    case 'record':
      return expression.fields.map((field) => field.value);
    case 'sizeof':
    case 'offsetof':
      return expression.of.kind === 'type-name' ? withinType(expression.of) : [expression.of];
    case 'block-expression':
      return expression.value === undefined ? [] : [expression.value];
  }
}

/** The expression of `typeof(expression)`. */
function withinType({ of }: TypeName): readonly Expression[] {
  return of === undefined ? [] : [of];
}

/** The statements within an expression, which run before its value is there. */
export function blockStatements(expression: Expression): readonly Statement[] {
  return expression.kind === 'block-expression' ? expression.statements : [];
}

/** Calls `visit` for an expression and all within it, the outer first; also those of statements of block expressions. */
export function visitExpression(expression: Expression, visit: (expression: Expression) => void): void {
  visit(expression);
  for (const statement of blockStatements(expression)) visitStatementExpressions(statement, visit);
  for (const child of childExpressions(expression)) visitExpression(child, visit);
}

/** Calls `visit` for every expression within a statement and within the statements inside it. */
export function visitStatementExpressions(statement: Statement, visit: (expression: Expression) => void): void {
  for (const expression of statementExpressions(statement)) visitExpression(expression, visit);
  for (const inner of childStatements(statement)) visitStatementExpressions(inner, visit);
}

/**
 * Calls `visit` for every statement within one, the outer first. Statements of block expressions are among them, after
 * the statement whose expression they are in.
 */
export function visitStatement(statement: Statement, visit: (statement: Statement) => void): void {
  visit(statement);
  for (const expression of statementExpressions(statement)) visitBlocksOf(expression, visit);
  for (const inner of childStatements(statement)) visitStatement(inner, visit);
}

function visitBlocksOf(expression: Expression, visit: (statement: Statement) => void): void {
  for (const statement of blockStatements(expression)) visitStatement(statement, visit);
  for (const child of childExpressions(expression)) visitBlocksOf(child, visit);
}

/** The statements directly within one: its blocks, not what is in its expressions. */
export function childStatements(statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case 'block':
      return statement.statements;
    case 'if':
      return statement.otherwise === undefined ? [statement.then] : [statement.then, statement.otherwise];
    case 'while':
    case 'unroll':
    case 'for':
      return [statement.body satisfies Block];
    case 'expression-statement':
    case 'assignment':
    case 'let':
    case 'break':
    case 'continue':
    case 'return':
      return [];
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
    case 'while':
      return [statement.condition];
    case 'unroll':
      return [statement.count];
    case 'for': {
      const { variable, over } = statement;
      return over.kind === 'range' ? [variable, over.from, over.to] : [variable, over];
    }
    case 'return':
      return [statement.value, statement.from?.result].filter((one) => one !== undefined);
    case 'break':
    case 'continue':
    case 'block':
      return [];
  }
}
