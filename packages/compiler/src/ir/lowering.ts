import type { CompileConfig, CompileEnv } from '../env.ts';
import type { CounterSlot } from '../output-layout.ts';
import type { ProbeTarget } from '../probes/provider.ts';
import type { Expression, Variable } from '../syntax/ast.ts';
import type { MapLayout } from '../types/map-layout.ts';
import type { Type } from '../types/type.ts';
import type { FunctionBuilder } from './function-builder.ts';
import type { Resources } from './resources.ts';
import type { Operand, Place, StringDestination, Value } from './value.ts';

/** What builtins and the parts of the lowering ask of it, for one probe. */
export interface Lowering {
  readonly builder: FunctionBuilder;
  readonly resources: Resources;
  readonly target: ProbeTarget;
  readonly env: CompileEnv;
  readonly config: CompileConfig;
  typeOf(expression: Expression): Type;
  map(name: string): MapLayout;
  /** New memory until the end of the statement, or of the block for a variable. */
  allocate(bytes: number): Place;
  /** The value of an expression that is a number. */
  number(expression: Expression): Operand;
  /** The value of an expression that is a string, wherever it lies. */
  string(expression: Expression, into?: StringDestination): { readonly place: Place; readonly size: number };
  /** Leaves a string at a place, zero after its end. */
  stringInto(expression: Expression, into: StringDestination): void;
  value(expression: Expression, into?: StringDestination): Value;
  /** Evaluates an expression whose value nobody wants. */
  effect(expression: Expression): void;
  /** Goes to block `then` where the expression is not zero, else to `otherwise`. */
  condition(expression: Expression, then: number, otherwise: number): void;
  writeVariable(variable: Variable, value: Operand): void;
  /** Where a string variable lies, so that an expression can be evaluated right into it. */
  stringVariable(variable: Variable): StringDestination | undefined;
  /** Makes room for a variable before the statement that first assigns it, so that it outlives the statement. */
  declareVariable(variable: Variable): void;
  /** Adds one to a counter of what was lost. */
  countLoss(slot: keyof typeof CounterSlot): void;
}
