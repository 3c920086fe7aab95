import { builtinNames, findBuiltin, findFunction, functionNames } from '../builtins/index.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import type { Block, Expression, If, Script, Statement, Variable } from '../syntax/ast.ts';
import { typeNames } from '../syntax/parse-type.ts';
import { childExpressions } from '../syntax/visitor.ts';
import type { Bindings, VariableSymbol } from './model.ts';

/** Words of bpftrace that this compiler has not yet, so that the message is not "unknown". */
const notSupported = new Set(['tseries', 'percpu_kaddr', 'find', 'unwatch', 'debugf', 'dw_ustack', 'write_user']);

/** Finds which variable each `$name` is, and reports names that mean nothing. Variables live to the end of their block. */
export function resolveNames(script: Script, diagnostics: Diagnostics): Bindings {
  const resolver = new Resolver(diagnostics);
  for (const clause of script.clauses) {
    if (clause.predicate !== undefined) resolver.expression(clause.predicate);
    resolver.block(clause.body);
  }
  return resolver.bindings;
}

/** `boot` in `nsecs(boot)`: what it means is the function's business. */
function isWord(expression: Expression, child: Expression): boolean {
  if (expression.kind !== 'call' || child.kind !== 'identifier') return false;
  const definition = findFunction(expression.name);
  return definition?.kind === 'function' && definition.words === true;
}

class Resolver {
  readonly bindings = new Map<Variable, VariableSymbol>();
  readonly #diagnostics: Diagnostics;
  readonly #scopes: Map<string, VariableSymbol>[] = [];

  constructor(diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics;
  }

  block(block: Block): void {
    this.#scopes.push(new Map());
    for (const statement of block.statements) this.#statement(statement);
    this.#scopes.pop();
  }

  expression(expression: Expression): void {
    if (expression.kind === 'block-expression') {
      this.#scopes.push(new Map());
      for (const statement of expression.statements) this.#statement(statement);
      if (expression.value !== undefined) this.expression(expression.value);
      this.#scopes.pop();
      return;
    }
    for (const child of childExpressions(expression)) {
      if (!isWord(expression, child)) this.expression(child);
    }
    switch (expression.kind) {
      case 'variable':
        this.#read(expression);
        break;
      case 'identifier':
        this.#identifier(expression.name, expression.span);
        break;
      case 'call':
        if (findFunction(expression.name) === undefined) {
          this.#unknown('function', expression.name, expression.nameSpan, functionNames());
        }
        break;
      default:
    }
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case 'expression-statement':
        this.expression(statement.expression);
        break;
      case 'assignment':
        this.expression(statement.value);
        if (statement.target.kind === 'map') this.expression(statement.target);
        else if (statement.operator !== undefined) this.#read(statement.target);
        else this.#write(statement.target);
        break;
      case 'let':
        if (statement.value !== undefined) this.expression(statement.value);
        this.#declare(statement.variable);
        break;
      case 'if':
        this.#if(statement);
        break;
      case 'while':
        this.expression(statement.condition);
        this.block(statement.body);
        break;
      case 'unroll':
        this.expression(statement.count);
        this.block(statement.body);
        break;
      case 'for': {
        const { over, variable, body } = statement;
        if (over.kind === 'range') {
          this.expression(over.from);
          this.expression(over.to);
        } else this.expression(over);
        this.#scopes.push(new Map());
        this.#declare(variable);
        this.block(body);
        this.#scopes.pop();
        break;
      }
      case 'block':
        this.block(statement);
        break;
      case 'return':
        if (statement.value !== undefined) this.expression(statement.value);
        break;
      case 'break':
      case 'continue':
        break;
    }
  }

  #if(statement: If): void {
    this.expression(statement.condition);
    this.block(statement.then);
    if (statement.otherwise?.kind === 'if') this.#if(statement.otherwise);
    else if (statement.otherwise !== undefined) this.block(statement.otherwise);
  }

  #find(name: string): VariableSymbol | undefined {
    for (let depth = this.#scopes.length - 1; depth >= 0; depth--) {
      const symbol = this.#scopes[depth]?.get(name);
      if (symbol !== undefined) return symbol;
    }
    return undefined;
  }

  #declare(variable: Variable): void {
    const scope = this.#scopes.at(-1);
    if (scope?.has(variable.name)) {
      const message = `Variable ${variable.name} was already declared`;
      this.#diagnostics.error('invalid-use', variable.span, message);
    }
    const symbol = { name: variable.name, declared: variable.span };
    scope?.set(variable.name, symbol);
    this.bindings.set(variable, symbol);
  }

  #write(variable: Variable): void {
    const symbol = this.#find(variable.name);
    if (symbol === undefined) this.#declare(variable);
    else this.bindings.set(variable, symbol);
  }

  #read(variable: Variable): void {
    const symbol = this.#find(variable.name);
    if (symbol !== undefined) {
      this.bindings.set(variable, symbol);
      return;
    }
    if (/^\$(\d+|#)$/.test(variable.name)) {
      this.#diagnostics.error('unsupported', variable.span, 'positional parameters are not supported');
      return;
    }
    const known = new Set(this.#scopes.flatMap((scope) => [...scope.keys()]));
    const message = `Undefined or undeclared variable: ${variable.name}`;
    this.#diagnostics.error('undefined-variable', variable.span, message, () => didYouMean(variable.name, known));
  }

  #identifier(name: string, span: { start: number; end: number }): void {
    if (findBuiltin(name) !== undefined || typeNames.has(name)) return;
    if (findFunction(name) !== undefined) {
      this.#diagnostics.error('invalid-use', span, `${name} is a function`, `write ${findFunction(name)?.signature}`);
      return;
    }
    this.#unknown('identifier', name, span, builtinNames());
  }

  #unknown(what: 'function' | 'identifier', name: string, span: { start: number; end: number }, known: string[]): void {
    if (notSupported.has(name)) {
      this.#diagnostics.error('unsupported', span, `'${name}' is not supported`);
    } else if (what === 'function' && findBuiltin(name) !== undefined) {
      this.#diagnostics.error('invalid-use', span, `${name} is not a function`, `write ${name} without brackets`);
    } else {
      this.#diagnostics.error('unknown-name', span, `Unknown ${what}: '${name}'`, () => didYouMean(name, known));
    }
  }
}
