import { findBuiltin, findFunction } from '../builtins/index.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { Span } from '../source/span.ts';
import type {
  Call,
  Expression,
  FunctionDefinition,
  Identifier,
  Macro,
  MapAccess,
  Return,
  Script,
  Statement,
  Variable,
  WrittenCall,
} from '../syntax/ast.ts';
import { MAX_DEPTH } from '../syntax/token-cursor.ts';
import { Transform } from '../syntax/transform.ts';
import { Functions, isVoid } from './functions.ts';
import { libraryMacros } from './library.ts';
import { Macros } from './macros.ts';
import { asStatement } from './value-to-statement.ts';

/** Nodes that all macros, functions and `#define` of a script may expand to. */
const MAX_NODES = 200_000;
/** Levels of the tree that comes out: the passes after this one go down it. */
const MAX_LEVELS = 4 * MAX_DEPTH;

/**
 * Puts the bodies of macros and functions in place of their calls and expressions in place of the names of `#define`.
 * A macro is hygienic: the variables its body assigns or declares are its own, and of maps it has those it was given.
 * A function has no variables but its own, and each call variables of its own, to which the arguments are assigned.
 */
export function expandMacros(script: Script, diagnostics: Diagnostics): Script {
  const macros = new Macros(script.macros, libraryMacros(), diagnostics);
  const state: State = {
    macros,
    functions: new Functions(script.functions, (name) => nameOf(name, macros), diagnostics),
    defines: new Map(
      script.definitions.flatMap((definition) =>
        definition.kind === 'define-definition' && definition.value !== undefined
          ? [[definition.name, definition.value] as const]
          : [],
      ),
    ),
    diagnostics,
    expansions: 0,
    nodes: 0,
    level: 0,
    stopped: false,
  };
  const expansion = new Expansion(state, [], undefined, undefined);
  const clauses = script.clauses.map((clause) => expansion.clause(clause));
  return { ...script, clauses: state.stopped ? [] : clauses };
}

/** What else than a function of the script has a name. */
function nameOf(name: string, macros: Macros): string | undefined {
  if (findFunction(name) !== undefined || findBuiltin(name) !== undefined) return 'builtin';
  return macros.has(name) ? 'macro' : undefined;
}

interface State {
  readonly macros: Macros;
  readonly functions: Functions;
  readonly defines: ReadonlyMap<string, Expression>;
  readonly diagnostics: Diagnostics;
  expansions: number;
  nodes: number;
  level: number;
  /** It became too large, which was told: nothing more is expanded. */
  stopped: boolean;
}

/** A use of a macro or function. */
interface Use {
  readonly at: Span;
  readonly library: boolean;
}

/** One body of a macro or function. */
interface Scope {
  readonly number: number;
  /** Whether a variable is the body's own. */
  isLocal(name: string): boolean;
  /** Of a function: what a `return` ends. */
  readonly call?: () => WrittenCall;
  /** What each parameter of a macro stands for; of an expression a new copy each time. */
  readonly variables: ReadonlyMap<string, Variable>;
  readonly maps: ReadonlyMap<string, MapAccess>;
  readonly expressions: ReadonlyMap<string, () => Expression>;
}

class Expansion extends Transform {
  readonly #state: State;
  /** The macros, functions and `#define` that are being expanded, the outermost first. */
  readonly #chain: readonly string[];
  readonly #scope: Scope | undefined;
  /** What the body is written out for. */
  readonly #use: Use | undefined;

  constructor(state: State, chain: readonly string[], scope: Scope | undefined, use: Use | undefined) {
    super();
    this.#state = state;
    this.#chain = chain;
    this.#scope = scope;
    this.#use = use;
  }

  /** A node of the body, which says what it is written out for. */
  #placed<Node extends { readonly span: Span }>(node: Node): Node {
    if (this.#use === undefined || node.span.from !== undefined) return node;
    const { at, library } = this.#use;
    // Nobody sees the text of the library.
    return { ...node, span: library ? at : { ...node.span, from: at } };
  }

  override statement(written: Statement): Statement {
    if (this.#state.stopped) return written;
    const statement = this.#placed(written);
    if (statement.kind === 'return' && this.#scope !== undefined && this.#scope.call === undefined) {
      this.#state.diagnostics.error('invalid-use', statement.span, "'return' statement is not allowed in a macro");
    }
    if (statement.kind !== 'expression-statement' || statement.discarded) return super.statement(statement);
    return asStatement(this.expression(statement.expression), statement);
  }

  override return(statement: Return): Return {
    const from = this.#scope?.call?.();
    return { ...super.return(statement), ...(from && { from }) };
  }

  override expression(written: Expression): Expression {
    const state = this.#state;
    if (state.stopped) return written;
    const expression = this.#placed(written);
    if (++state.nodes > MAX_NODES || state.level >= MAX_LEVELS) {
      state.stopped = true;
      state.diagnostics.error('limit', expression.span, 'the macros and functions of this script expand to too much');
      return expression;
    }
    state.level++;
    try {
      if (expression.kind === 'identifier') return this.#identifier(expression);
      return expression.kind === 'call' ? this.#call(expression) : super.expression(expression);
    } finally {
      state.level--;
    }
  }

  override variable(written: Variable): Variable {
    const variable = this.#placed(written);
    const given = this.#scope?.variables.get(variable.name);
    if (given !== undefined) return { ...given, span: variable.span };
    if (this.#scope?.isLocal(variable.name)) return { ...variable, expansion: this.#scope.number };
    return { ...variable };
  }

  override map(written: MapAccess): MapAccess {
    const map = this.#placed(written);
    const scope = this.#scope;
    if (scope === undefined || scope.call !== undefined) return super.map(map);
    const given = scope.maps.get(map.name);
    if (given === undefined) {
      const message = `Unhygienic access to map: ${map.name}. Maps must be passed into the macro as arguments.`;
      this.#state.diagnostics.error('invalid-use', map.span, message);
    }
    return super.map({ ...map, name: given?.name ?? map.name });
  }

  #identifier(identifier: Identifier): Expression {
    const given = this.#scope?.expressions.get(identifier.name);
    if (given !== undefined) return given();
    if (this.#state.macros.has(identifier.name)) return this.#expand(identifier, []);
    const value = this.#state.defines.get(identifier.name);
    // As in C a name within its own definition stands for itself.
    if (value === undefined || this.#chain.includes(identifier.name)) return { ...identifier };
    const expanded = new Expansion(this.#state, [...this.#chain, identifier.name], undefined, this.#use).expression(
      value,
    );
    return { ...expanded, span: identifier.span };
  }

  #call(call: Call): Expression {
    const { macros, functions } = this.#state;
    if (macros.has(call.name)) return this.#expand(call, call.arguments);
    return functions.has(call.name) ? this.#writeOut(call) : super.expression(call);
  }

  #writeOut(call: Call): Expression {
    const definition = this.#state.functions.match(call);
    const chain = definition && this.#chainTo(definition, call);
    if (definition === undefined || chain === undefined) return { ...call };
    const { name, parameters, returns, body } = definition;
    const { span } = call;
    const number = ++this.#state.expansions;
    // No variable of a script has such a name.
    const result = isVoid(returns)
      ? undefined
      : ({ kind: 'variable', name: `${name}()`, expansion: number, span } as const);
    const written = () => ({ name, returns, ...(result && { result: { ...result } }) });
    const nothing = { variables: new Map(), maps: new Map(), expressions: new Map() };
    const scope = { number, isLocal: () => true, call: written, ...nothing };
    const inner = new Expansion(this.#state, chain, scope, { at: call.span, library: false });
    const statements: Statement[] = [];
    for (const [index, { variable, type }] of parameters.entries()) {
      const argument = call.arguments[index];
      if (argument === undefined) continue;
      const declared = inner.let({ kind: 'let', variable, type, span: argument.span });
      statements.push({ ...declared, value: this.expression(argument) });
    }
    if (result !== undefined) statements.push(inner.let({ kind: 'let', variable: result, type: returns, span }));
    statements.push(inner.block(body));
    return { kind: 'block-expression', call: true, statements, ...(result && { value: { ...result } }), span };
  }

  /** The chain with one more; undefined after an error where it is in there already. */
  #chainTo({ kind, name }: Macro | FunctionDefinition, use: Call | Identifier): readonly string[] | undefined {
    const chain = [...this.#chain, name];
    if (!this.#chain.includes(name)) return chain;
    const message = `Recursive ${kind} call detected. Call chain: ${chain.join(' > ')}`;
    this.#state.diagnostics.error('invalid-use', use.span, message);
    return undefined;
  }

  #expand(use: Call | Identifier, given: readonly Expression[]): Expression {
    const state = this.#state;
    const macro = state.macros.match(use, given);
    const chain = macro && this.#chainTo(macro, use);
    if (macro === undefined || chain === undefined) return { ...use };
    const scope = this.#bind(macro, given);
    const body = new Expansion(state, chain, scope, {
      at: use.span,
      library: state.macros.isLibrary(macro),
    }).blockExpression(macro.body);
    return body.statements.length === 0 && body.value !== undefined ? body.value : { ...body, span: use.span };
  }

  #bind(macro: Macro, given: readonly Expression[]): Scope {
    const variables = new Map<string, Variable>();
    const maps = new Map<string, MapAccess>();
    const expressions = new Map<string, () => Expression>();
    for (const [index, parameter] of macro.parameters.entries()) {
      const value = given[index];
      if (value === undefined) continue;
      if (parameter.kind === 'identifier') expressions.set(parameter.name, () => this.expression(value));
      else if (value.kind === 'variable') variables.set(parameter.name, this.variable(value));
      else if (value.kind === 'map') maps.set(parameter.name, this.map(value));
    }
    const locals = this.#state.macros.locals(macro);
    const isLocal = (name: string) => locals.has(name);
    return { number: ++this.#state.expansions, isLocal, variables, maps, expressions };
  }
}
