import type { TypeSource } from '@bpfleet/bpf';
import { builtinNames, findBuiltin, findFunction, functionNames } from '../builtins/index.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import type {
  Block,
  BlockExpression,
  CDefinition,
  Clause,
  Expression,
  For,
  If,
  Let,
  RecordField,
  Script,
  Statement,
  Ternary,
  Variable,
} from '../syntax/ast.ts';
import { childExpressions } from '../syntax/visitor.ts';
import { libraryMacros } from './library.ts';
import type { Bindings, Branch, Doubts, VariableSymbol } from './model.ts';

/** Words of bpftrace that this compiler has not yet, so that the message is not "unknown". */
const notSupported = new Set(['percpu_kaddr', 'unwatch', 'dw_ustack']);

const whileDeprecated = 'While loops are deprecated and may be removed in the future.';
const whileHint =
  'For loops support ranges (e.g. `for ($x : $start..$end) { ... }`), and can be used in place of while. These are more easily proven to be bounded by the verifier.';

/** What names may mean that are neither builtins nor of the script. */
export interface ResolveContext {
  readonly diagnostics: Diagnostics;
  /** The types of the kernel and the script; undefined: not known, and any name may be an enumerator. */
  readonly types: TypeSource | undefined;
  /** Whether no kernel is known. */
  readonly permissive: boolean;
}

/** Finds which variable each `$name` is, and reports names that mean nothing. Variables live to the end of their block. */
export function resolveNames(
  script: Script,
  context: ResolveContext,
): { readonly bindings: Bindings; readonly doubts: Doubts } {
  const resolver = new Resolver(script, context);
  for (const clause of script.clauses) resolver.clause(clause);
  return resolver;
}

/** `boot` in `nsecs(boot)`: what it means is the function's business. */
function isWord(expression: Expression, child: Expression): boolean {
  if (expression.kind !== 'call' || child.kind !== 'identifier') return false;
  const definition = findFunction(expression.name);
  return definition?.kind === 'function' && definition.words === true;
}

class Resolver {
  readonly bindings = new Map<Variable, VariableSymbol>();
  readonly doubts = new Map<Branch, () => void>();
  readonly #diagnostics: Diagnostics;
  readonly #context: ResolveContext;
  /** Of macros and functions: what is wrong with a use that is still there was told when they were written out. */
  readonly #definitions: ReadonlySet<string>;
  readonly #constants: ReadonlySet<string>;
  readonly #scopes: Map<string, VariableSymbol>[] = [];
  /** Loops around the statement. */
  #loops = 0;

  constructor(script: Script, context: ResolveContext) {
    this.#diagnostics = context.diagnostics;
    this.#context = context;
    this.#definitions = new Set([...script.macros, ...libraryMacros(), ...script.functions].map(({ name }) => name));
    this.#constants = new Set(script.definitions.flatMap(enumerators));
  }

  clause({ predicate, body }: Clause): void {
    this.#scopes.push(new Map());
    if (predicate !== undefined) this.expression(predicate);
    this.block(body);
    this.#scopes.pop();
  }

  block(block: Block): void {
    this.#scopes.push(new Map());
    for (const statement of block.statements) this.#statement(statement);
    this.#scopes.pop();
  }

  expression(expression: Expression): void {
    if (expression.kind === 'block-expression') {
      this.#blockExpression(expression);
      return;
    }
    if (expression.kind === 'call' && this.#definitions.has(expression.name)) return;
    if (expression.kind === 'ternary') this.#ternary(expression);
    else {
      for (const child of childExpressions(expression)) {
        if (!isWord(expression, child)) this.expression(child);
      }
    }
    switch (expression.kind) {
      case 'variable':
        this.#read(expression);
        break;
      case 'cast':
        if (expression.type.of !== undefined) this.expression(expression.type.of);
        break;
      case 'identifier':
        this.#identifier(expression.name, expression.span);
        break;
      case 'call':
        if (findFunction(expression.name) === undefined) {
          this.#unknown('function', expression.name, expression.span, functionNames());
        }
        break;
      default:
    }
  }

  #blockExpression({ statements, value, call }: BlockExpression): void {
    const loops = this.#loops;
    // A loop around the call is none around what the function does.
    if (call) this.#loops = 0;
    this.#scopes.push(new Map());
    for (const statement of statements) this.#statement(statement);
    if (value !== undefined) this.expression(value);
    this.#scopes.pop();
    this.#loops = loops;
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
        if (statement.type?.of !== undefined) this.expression(statement.type.of);
        if (statement.value !== undefined) this.expression(statement.value);
        this.#let(statement);
        break;
      case 'if':
        this.#if(statement);
        break;
      case 'block':
        this.block(statement);
        break;
      case 'while':
        this.#diagnostics.warning('invalid-use', statement.span, whileDeprecated, whileHint);
        this.expression(statement.condition);
        this.#loop(statement.body);
        break;
      case 'unroll':
        this.expression(statement.count);
        this.block(statement.body);
        break;
      case 'for':
        this.#for(statement);
        break;
      case 'break':
      case 'continue':
        if (this.#loops === 0) {
          const message = `'${statement.kind}' statement is not allowed in a probe`;
          this.#diagnostics.error('invalid-use', statement.span, message, 'it belongs into a loop');
        }
        break;
      case 'return':
        if (statement.value !== undefined) this.expression(statement.value);
        if (statement.from?.result !== undefined) this.#write(statement.from.result);
        break;
    }
  }

  #loop(body: Block): void {
    this.#loops++;
    this.block(body);
    this.#loops--;
  }

  /** The variable of a loop is one of the loop alone. */
  #for({ variable, over, body }: For): void {
    if (over.kind === 'range') {
      this.expression(over.from);
      this.expression(over.to);
    }
    const shadowed = this.#find(variable);
    if (shadowed !== undefined) {
      const message = `Loop declaration shadows existing variable: ${variable.name}`;
      this.#diagnostics.error('invalid-use', variable.span, message);
    }
    this.#scopes.push(new Map());
    this.#declare(variable);
    this.#loop(body);
    this.#scopes.pop();
  }

  #if(statement: If): void {
    const { condition, then, otherwise } = statement;
    this.expression(condition);
    this.#branch(condition, then, () => this.block(then));
    if (otherwise === undefined) return;
    this.#branch(condition, otherwise, () => (otherwise.kind === 'if' ? this.#if(otherwise) : this.block(otherwise)));
  }

  #ternary({ condition, then, otherwise }: Ternary): void {
    this.expression(condition);
    for (const branch of [then, otherwise]) this.#branch(condition, branch, () => this.expression(branch));
  }

  /** What is wrong with a branch that may not be compiled at all is told once it is. */
  #branch(condition: Expression, branch: Branch, resolve: () => void): void {
    if (condition.kind === 'comptime') this.doubts.set(branch, this.#diagnostics.held(resolve));
    else resolve();
  }

  #find(variable: Variable): VariableSymbol | undefined {
    const key = scopeKey(variable);
    for (let depth = this.#scopes.length - 1; depth >= 0; depth--) {
      const symbol = this.#scopes[depth]?.get(key);
      if (symbol !== undefined) return symbol;
    }
    return undefined;
  }

  #let({ variable, span }: Let): void {
    if (this.#find(variable) !== undefined) {
      const message = `Variable ${variable.name} was already declared. Variable shadowing is not allowed.`;
      this.#diagnostics.error('invalid-use', { start: span.start, end: variable.span.end }, message);
    }
    this.#declare(variable);
  }

  #declare(variable: Variable): void {
    const scope = this.#scopes.at(-1);
    const key = scopeKey(variable);
    const symbol = { name: variable.name, declared: variable.span };
    scope?.set(key, symbol);
    this.bindings.set(variable, symbol);
  }

  #write(variable: Variable): void {
    const symbol = this.#find(variable);
    if (symbol === undefined) this.#declare(variable);
    else this.bindings.set(variable, symbol);
  }

  #read(variable: Variable): void {
    const symbol = this.#find(variable);
    if (symbol !== undefined) {
      this.bindings.set(variable, symbol);
      return;
    }
    const known = new Set(this.#scopes.flatMap((scope) => [...scope.values()].map((one) => one.name)));
    const message = `Undefined or undeclared variable: ${variable.name}`;
    this.#diagnostics.error('undefined-variable', variable.span, message, () => didYouMean(variable.name, known));
  }

  #identifier(name: string, span: { start: number; end: number }): void {
    if (findBuiltin(name) !== undefined || this.#definitions.has(name)) return;
    if (this.#constants.has(name) || this.#isEnumerator(name)) return;
    if (findFunction(name) !== undefined) {
      this.#diagnostics.error('invalid-use', span, `${name} is a function`, `write ${findFunction(name)?.signature}`);
      return;
    }
    this.#unknown('identifier', name, span, builtinNames());
  }

  #isEnumerator(name: string): boolean {
    const { types, permissive } = this.#context;
    if (types?.enumerator(name) !== undefined) return true;
    // Without a kernel only what looks like one can be told from a mistyped builtin.
    return permissive && types === undefined && /^[A-Z][A-Z0-9_]*$/.test(name);
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

/** Variables of the same name are different ones in different expansions of macros. */
function scopeKey({ name, expansion }: Variable): string {
  return expansion === undefined ? name : `${name} ${expansion}`;
}

function enumerators(definition: CDefinition | RecordField['type']): string[] {
  switch (definition.kind) {
    case 'enum-definition':
      return definition.values.map(({ name }) => name);
    case 'record-definition':
      return definition.fields.flatMap(({ type }) => enumerators(type));
    case 'typedef-definition':
      return enumerators(definition.type);
    default:
      return [];
  }
}
