import type { CheckContext } from '../builtins/definition.ts';
import type { Span } from '../source/span.ts';
import type { Expression, MapAccess, Variable } from '../syntax/ast.ts';
import type { Type } from '../types/type.ts';
import type { Branch, MapSymbol, VariableSymbol } from './model.ts';

/** What one probe learns and asks of the script's maps. */
export interface MapTypes {
  /** A map that is named as a whole or with a key; its key is checked, and that it has been written somewhere. */
  read(access: MapAccess): MapSymbol;
  /** The map that is assigned to, its key checked. */
  written(access: MapAccess): MapSymbol;
  store(access: MapAccess, type: Type, span: Span): void;
  /** The type of `@m[k]` or `@m` where a value is wanted. */
  valueOf(access: MapAccess): Type;
  /** The types of the entries that a loop over a map goes through: `(key, value)`. */
  entryType(access: MapAccess): Type;
}

/** What the parts of the typing ask of it, for one probe. */
export interface Typer extends CheckContext {
  readonly types: Map<Expression, Type>;
  readonly maps: MapTypes;
  /** Whether a map or variable has learnt something new. */
  changed: boolean;
  conditionType(condition: Expression): void;
  /** The branches that a condition leaves: both, or where it is known when the script is compiled the one that is taken. */
  taken<B extends Branch>(condition: Expression, then: B, otherwise: B | undefined): readonly B[];
  symbolOf(variable: Variable): VariableSymbol | undefined;
  storeInVariable(symbol: VariableSymbol | undefined, type: Type, span: Span): void;
}
