import type { Diagnostics } from '../source/diagnostic.ts';
import type { Call, FunctionDefinition, Statement, TypeName } from '../syntax/ast.ts';
import { printType } from '../syntax/print-preamble.ts';

/** The functions of a script by name. */
export class Functions {
  readonly #diagnostics: Diagnostics;
  readonly #byName = new Map<string, FunctionDefinition>();

  /** Reports definitions that can never be meant. `taken` says what else has a name: "builtin", "macro". */
  constructor(
    functions: readonly FunctionDefinition[],
    taken: (name: string) => string | undefined,
    diagnostics: Diagnostics,
  ) {
    this.#diagnostics = diagnostics;
    for (const definition of functions) {
      const { name, nameSpan } = definition;
      const other = this.#byName.has(name) ? 'function' : taken(name);
      if (other !== undefined) diagnostics.error('invalid-use', nameSpan, `Redefinition of ${other}: ${name}`);
      else this.#byName.set(name, definition);
      this.#checkParameters(definition);
      this.#checkReturns(definition);
    }
  }

  /** The function that is called; undefined where there is none, or after an error. */
  match(call: Call): FunctionDefinition | undefined {
    const found = this.#byName.get(call.name);
    const given = call.arguments.length;
    const wanted = found?.parameters.length;
    if (wanted === undefined || wanted === given) return found;
    const message = `${call.name}() requires ${wanted} ${wanted === 1 ? 'argument' : 'arguments'} (${given} provided)`;
    this.#diagnostics.error('invalid-argument', call.span, message);
    return undefined;
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  #checkParameters({ parameters }: FunctionDefinition): void {
    const seen = new Set<string>();
    for (const { variable } of parameters) {
      if (seen.has(variable.name)) {
        const message = `Variable for function argument has already been used: ${variable.name}`;
        this.#diagnostics.error('invalid-use', variable.span, message);
      }
      seen.add(variable.name);
    }
  }

  /** Whoever calls it wants a value on every way through it. */
  #checkReturns({ name, returns, body }: FunctionDefinition): void {
    if (isVoid(returns) || body.statements.some(returnsAlways)) return;
    const span = { start: body.span.end - 1, end: body.span.end };
    const message = `Function ${name} is of type ${printType(returns)}, cannot return void`;
    this.#diagnostics.error('type-mismatch', span, message, 'end every way through it with a return');
  }
}

/** Of a function that gives nothing. */
export function isVoid({ name, tag, pointers, dimensions }: TypeName): boolean {
  return name === 'void' && tag === undefined && pointers === 0 && dimensions.length === 0;
}

function returnsAlways(statement: Statement): boolean {
  switch (statement.kind) {
    case 'return':
      return true;
    case 'block':
      return statement.statements.some(returnsAlways);
    case 'if':
      return statement.otherwise !== undefined && returnsAlways(statement.then) && returnsAlways(statement.otherwise);
    case 'expression-statement':
      return statement.expression.kind === 'call' && statement.expression.name === 'exit';
    default:
      return false;
  }
}
