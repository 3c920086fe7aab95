import type { CompileEnv } from '../env.ts';
import type { ExpandContext, ProbeTarget } from '../probes/provider.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { Span } from '../source/span.ts';
import type { AttachPoint, Block, Clause, Expression, If, MapDeclaration, Variable } from '../syntax/ast.ts';
import type { Type } from '../types/type.ts';

/** A `$variable` of a clause: one for each scope that has it. */
export interface VariableSymbol {
  readonly name: string;
  readonly declared: Span;
}

/** Which variable each mention is. */
export type Bindings = ReadonlyMap<Variable, VariableSymbol>;

/** What a condition decides on. */
export type Branch = Block | If | Expression;

/** Of branches that may turn out not to be taken: tells what is wrong with the names in them. */
export type Doubts = ReadonlyMap<Branch, () => void>;

/** What the passes are given besides the tree. */
export interface AnalysisContext extends Omit<ExpandContext, 'taken'> {
  readonly diagnostics: Diagnostics;
}

/** One clause at one place: what becomes one program. */
export interface Probe {
  readonly clause: Clause;
  /** Where the clause names it. */
  readonly point: AttachPoint;
  readonly target: ProbeTarget;
  /** What is known at that place: the script's environment, and the types of the program that is probed. */
  readonly env: CompileEnv;
}

/** What is known of a map of the script over all clauses. */
export interface MapSymbol {
  /** With the `@`. */
  readonly name: string;
  readonly id: number;
  readonly first: Span;
  /** `void` for a map without one; undefined until a use with a value or key was seen. */
  key?: Type;
  value?: Type;
  written: boolean;
  /** `let @m = lruhash(100)` */
  readonly declaration?: MapDeclaration;
}

/** The types found for one probe. */
export interface Typing {
  readonly expressions: ReadonlyMap<Expression, Type>;
  readonly variables: ReadonlyMap<VariableSymbol, Type>;
}

export interface TypedProbe extends Probe {
  readonly typing: Typing;
}
