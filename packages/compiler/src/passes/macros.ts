import type { Diagnostics } from '../source/diagnostic.ts';
import type { Call, Expression, Identifier, Macro, Statement } from '../syntax/ast.ts';
import { isParameter } from '../syntax/parse-expression.ts';
import { visitStatement } from '../syntax/visitor.ts';

const kindNames = { variable: 'a variable', map: 'a map', identifier: 'an expression' } as const;
const duplicateNames = { variable: 'Variable', map: 'Map', identifier: 'Ident' } as const;

/** The macros of a script by name; of several with one name the first that takes the arguments is meant. */
export class Macros {
  readonly #diagnostics: Diagnostics;
  readonly #library: ReadonlySet<Macro>;
  readonly #byName = new Map<string, Macro[]>();
  readonly #locals = new Map<Macro, ReadonlySet<string>>();

  /** Reports definitions that can never be meant. `library`: what is there where the script has none of the name. */
  constructor(macros: readonly Macro[], library: readonly Macro[], diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics;
    this.#library = new Set(library);
    for (const macro of macros) {
      this.#checkParameters(macro);
      const others = this.#byName.get(macro.name) ?? [];
      if (others.some((other) => hides(other, macro))) {
        const span = { start: macro.span.start, end: macro.nameSpan.end };
        diagnostics.error('invalid-use', span, `Redefinition of macro: ${macro.name}`);
      }
      this.#byName.set(macro.name, [...others, macro]);
    }
    for (const macro of library) if (!this.#byName.has(macro.name)) this.#byName.set(macro.name, [macro]);
  }

  /** Whether a macro is none of the script's. */
  isLibrary(macro: Macro): boolean {
    return this.#library.has(macro);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** The macro that is meant by a call; undefined after an error. */
  match(use: Call | Identifier, given: readonly Expression[]): Macro | undefined {
    const candidates = this.#byName.get(use.name) ?? [];
    const found = candidates.find((macro) => mismatch(macro, given) === undefined);
    if (found !== undefined) return found;
    const closest = candidates.find((macro) => macro.parameters.length === given.length) ?? candidates[0];
    const message = `Call to ${use.name}() has arguments that do not match any definition.`;
    const hint = closest === undefined ? undefined : mismatch(closest, given);
    this.#diagnostics.error('invalid-argument', use.span, message, hint);
    return undefined;
  }

  /** The variables that the body of a macro assigns or declares and that are none of its parameters. */
  locals(macro: Macro): ReadonlySet<string> {
    const known = this.#locals.get(macro);
    if (known !== undefined) return known;
    const names = new Set<string>();
    const note = (statement: Statement): void => {
      if (statement.kind === 'let' || statement.kind === 'for') names.add(statement.variable.name);
      if (statement.kind === 'assignment' && statement.target.kind === 'variable' && statement.operator === undefined) {
        names.add(statement.target.name);
      }
    };
    visitStatement({ kind: 'expression-statement', expression: macro.body, span: macro.span }, note);
    for (const parameter of macro.parameters) names.delete(parameter.name);
    this.#locals.set(macro, names);
    return names;
  }

  #checkParameters({ parameters }: Macro): void {
    const seen = new Set<string>();
    for (const { kind, name, span } of parameters) {
      if (seen.has(name)) {
        const message = `${duplicateNames[kind]} for macro argument has already been used: ${name}`;
        this.#diagnostics.error('invalid-use', span, message);
      }
      seen.add(name);
    }
  }
}

/** Whether every call that the later of two macros takes is taken by the earlier. */
function hides(earlier: Macro, later: Macro): boolean {
  return (
    earlier.parameters.length === later.parameters.length &&
    earlier.parameters.every(({ kind }, index) => kind === 'identifier' || kind === later.parameters[index]?.kind)
  );
}

/** Why a macro does not take these arguments, as a sentence. */
function mismatch(macro: Macro, given: readonly Expression[]): string | undefined {
  const { name, parameters } = macro;
  if (parameters.length !== given.length) {
    const counts = `Expected: ${parameters.length} but got ${given.length}`;
    return `The closest definition of ${name}() has a different number of arguments. ${counts}`;
  }
  for (const [index, parameter] of parameters.entries()) {
    const argument = given[index];
    if (argument === undefined || parameter.kind === 'identifier' || kindOf(argument) === parameter.kind) continue;
    const wanted = `${kindNames[parameter.kind]} for arg ${parameter.name}`;
    return `Mismatched arg. ${name}() expects ${wanted} but got ${kindNames[kindOf(argument)]}.`;
  }
  return undefined;
}

function kindOf(argument: Expression): 'variable' | 'map' | 'identifier' {
  if (argument.kind === 'variable' && !isParameter(argument.name)) return 'variable';
  return argument.kind === 'map' && argument.key === undefined ? 'map' : 'identifier';
}
