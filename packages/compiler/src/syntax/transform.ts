import type {
  Block,
  BlockExpression,
  Clause,
  Expression,
  For,
  If,
  Let,
  MapAccess,
  Return,
  Statement,
  Variable,
} from './ast.ts';

/**
 * Rebuilds a tree: every node is new, so that a tree may be used more than once and still each mention of a variable is
 * a node of its own. A subclass changes the nodes it is about and leaves the rest to this class.
 */
export class Transform {
  clause(clause: Clause): Clause {
    const predicate = clause.predicate === undefined ? {} : { predicate: this.expression(clause.predicate) };
    return { ...clause, ...predicate, body: this.block(clause.body) };
  }

  block(block: Block): Block {
    return { ...block, statements: block.statements.map((statement) => this.statement(statement)) };
  }

  statement(statement: Statement): Statement {
    switch (statement.kind) {
      case 'expression-statement':
        return { ...statement, expression: this.expression(statement.expression) };
      case 'assignment':
        return { ...statement, target: this.target(statement.target), value: this.expression(statement.value) };
      case 'let':
        return this.let(statement);
      case 'if':
        return this.#if(statement);
      case 'while':
        return { ...statement, condition: this.expression(statement.condition), body: this.block(statement.body) };
      case 'unroll':
        return { ...statement, count: this.expression(statement.count), body: this.block(statement.body) };
      case 'for':
        return this.#for(statement);
      case 'return':
        return this.return(statement);
      case 'break':
      case 'continue':
        return { ...statement };
      case 'block':
        return this.block(statement);
    }
  }

  let({ type, value, ...rest }: Let): Let {
    const given = value && { value: this.expression(value) };
    return { ...rest, ...this.#typed(type), ...given, variable: this.variable(rest.variable) };
  }

  return({ value, from, ...rest }: Return): Return {
    return {
      ...rest,
      ...(value && { value: this.expression(value) }),
      ...(from && { from: { ...from, ...(from.result && { result: this.variable(from.result) }) } }),
    };
  }

  expression(expression: Expression): Expression {
    switch (expression.kind) {
      case 'integer':
      case 'boolean':
      case 'string':
      case 'identifier':
        return { ...expression };
      case 'variable':
        return this.variable(expression);
      case 'map':
        return this.map(expression);
      case 'call':
        return { ...expression, arguments: this.#list(expression.arguments) };
      case 'binary':
        return { ...expression, left: this.expression(expression.left), right: this.expression(expression.right) };
      case 'unary':
      case 'comptime':
        return { ...expression, operand: this.expression(expression.operand) };
      case 'update':
        return { ...expression, target: this.target(expression.target) };
      case 'ternary': {
        const condition = this.expression(expression.condition);
        const then = this.expression(expression.then);
        return { ...expression, condition, then, otherwise: this.expression(expression.otherwise) };
      }
      case 'member':
        return { ...expression, object: this.expression(expression.object) };
      case 'index':
        return { ...expression, object: this.expression(expression.object), index: this.expression(expression.index) };
      case 'cast':
        return { ...expression, ...this.#typed(expression.type), operand: this.expression(expression.operand) };
      case 'tuple':
        return { ...expression, elements: this.#list(expression.elements) };
      case 'record': {
        const fields = expression.fields.map((field) => ({ ...field, value: this.expression(field.value) }));
        return { ...expression, fields };
      }
      case 'sizeof':
      case 'offsetof':
        if (expression.of.kind !== 'type-name') return { ...expression, of: this.expression(expression.of) };
        return { ...expression, of: this.#typed(expression.of).type ?? expression.of };
      case 'block-expression':
        return this.blockExpression(expression);
    }
  }

  blockExpression(block: BlockExpression): BlockExpression {
    const statements = block.statements.map((statement) => this.statement(statement));
    return block.value === undefined
      ? { ...block, statements }
      : { ...block, statements, value: this.expression(block.value) };
  }

  /** What an assignment writes to. */
  target(target: Variable | MapAccess): Variable | MapAccess {
    return target.kind === 'variable' ? this.variable(target) : this.map(target);
  }

  variable(variable: Variable): Variable {
    return { ...variable };
  }

  map(map: MapAccess): MapAccess {
    return map.key === undefined ? { ...map } : { ...map, key: this.expression(map.key) };
  }

  #list(expressions: readonly Expression[]): Expression[] {
    return expressions.map((expression) => this.expression(expression));
  }

  #if(statement: If): If {
    const condition = this.expression(statement.condition);
    const then = this.block(statement.then);
    const { otherwise } = statement;
    if (otherwise === undefined) return { ...statement, condition, then };
    return {
      ...statement,
      condition,
      then,
      otherwise: otherwise.kind === 'if' ? this.#if(otherwise) : this.block(otherwise),
    };
  }

  #for(statement: For): For {
    const { variable, over, body } = statement;
    const from =
      over.kind === 'range'
        ? { ...over, from: this.expression(over.from), to: this.expression(over.to) }
        : this.map(over);
    return { ...statement, variable: this.variable(variable), over: from, body: this.block(body) };
  }

  /** The expression within `typeof()`. */
  #typed<T extends { readonly of?: Expression } | undefined>(type: T): { type?: T } {
    if (type === undefined) return {};
    return { type: type.of === undefined ? { ...type } : { ...type, of: this.expression(type.of) } };
  }
}
