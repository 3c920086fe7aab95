import type { Diagnostics } from '../source/diagnostic.ts';
import type {
  BlockExpression,
  Call,
  Expression,
  Identifier,
  Macro,
  MapAccess,
  Script,
  Statement,
  Variable,
} from '../syntax/ast.ts';
import { MAX_DEPTH } from '../syntax/token-cursor.ts';
import { Transform } from '../syntax/transform.ts';
import { Macros } from './macros.ts';
import { asStatement } from './value-to-statement.ts';

/** Nodes that all macros and `#define` of a script may expand to. */
const MAX_NODES = 200_000;
/** Levels of the tree that comes out: the passes after this one go down it. */
const MAX_LEVELS = 4 * MAX_DEPTH;

/**
 * Puts the bodies of macros in place of their calls and expressions in place of the names of `#define`. A macro is
 * hygienic: the variables its body assigns or declares are its own, and of maps it has those it was given.
 */
export function expandMacros(script: Script, diagnostics: Diagnostics): Script {
  const state: State = {
    macros: new Macros(script.macros, diagnostics),
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
  const expansion = new Expansion(state, [], undefined);
  const clauses = script.clauses.map((clause) => expansion.clause(clause));
  return { ...script, macros: [], clauses: state.stopped ? [] : clauses };
}

interface State {
  readonly macros: Macros;
  readonly defines: ReadonlyMap<string, Expression>;
  readonly diagnostics: Diagnostics;
  expansions: number;
  nodes: number;
  level: number;
  /** It became too large, which was told: nothing more is expanded. */
  stopped: boolean;
}

/** One body of a macro, or what is outside of all. */
interface Scope {
  readonly macro: Macro;
  readonly number: number;
  /** Variables that the body assigns or declares. */
  readonly locals: ReadonlySet<string>;
  /** What each parameter stands for; of an expression a new copy each time. */
  readonly variables: ReadonlyMap<string, Variable>;
  readonly maps: ReadonlyMap<string, MapAccess>;
  readonly expressions: ReadonlyMap<string, () => Expression>;
}

class Expansion extends Transform {
  readonly #state: State;
  /** The macros and `#define` that are being expanded, the outermost first. */
  readonly #chain: readonly string[];
  readonly #scope: Scope | undefined;

  constructor(state: State, chain: readonly string[], scope: Scope | undefined) {
    super();
    this.#state = state;
    this.#chain = chain;
    this.#scope = scope;
  }

  override statement(statement: Statement): Statement {
    if (this.#state.stopped) return statement;
    if (statement.kind === 'return' && this.#scope !== undefined) {
      this.#state.diagnostics.error('invalid-use', statement.span, "'return' statement is not allowed in a macro");
    }
    if (statement.kind !== 'expression-statement' || statement.discarded) return super.statement(statement);
    return asStatement(this.expression(statement.expression), statement);
  }

  override expression(expression: Expression): Expression {
    const state = this.#state;
    if (state.stopped) return expression;
    if (++state.nodes > MAX_NODES || state.level >= MAX_LEVELS) {
      state.stopped = true;
      state.diagnostics.error('limit', expression.span, 'the macros of this script expand to too much');
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

  override variable(variable: Variable): Variable {
    const given = this.#scope?.variables.get(variable.name);
    if (given !== undefined) return { ...given, span: variable.span };
    if (this.#scope?.locals.has(variable.name)) return { ...variable, expansion: this.#scope.number };
    return { ...variable };
  }

  override map(map: MapAccess): MapAccess {
    const scope = this.#scope;
    if (scope === undefined) return super.map(map);
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
    const expanded = new Expansion(this.#state, [...this.#chain, identifier.name], undefined).expression(value);
    return { ...expanded, span: identifier.span };
  }

  #call(call: Call): Expression {
    return this.#state.macros.has(call.name) ? this.#expand(call, call.arguments) : super.expression(call);
  }

  #expand(use: Call | Identifier, given: readonly Expression[]): Expression {
    const state = this.#state;
    const macro = state.macros.match(use, given);
    if (macro === undefined) return { ...use };
    const chain = [...this.#chain, macro.name];
    if (this.#chain.includes(macro.name)) {
      const message = `Recursive macro call detected. Call chain: ${chain.join(' > ')}`;
      state.diagnostics.error('invalid-use', use.span, message);
      return { ...use };
    }
    const scope = this.#bind(macro, given);
    const body = new Expansion(state, chain, scope).blockExpression(macro.body);
    return this.#valueOf(body, use);
  }

  #valueOf(body: BlockExpression, use: Call | Identifier): Expression {
    const { span } = use;
    return body.statements.length === 0 && body.value !== undefined ? { ...body.value, span } : { ...body, span };
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
    return { macro, number: ++this.#state.expansions, locals, variables, maps, expressions };
  }
}
