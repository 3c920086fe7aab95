import type { CompileConfig, CompileEnv } from '../env.ts';
import type { CounterSlot } from '../output-layout.ts';
import type { Loop } from '../passes/loop-kind.ts';
import type { VariableSymbol } from '../passes/model.ts';
import type { ProbeTarget } from '../probes/provider.ts';
import type { Span } from '../source/span.ts';
import type { Block, Expression, Variable } from '../syntax/ast.ts';
import type { MapLayout } from '../types/map-layout.ts';
import type { Type } from '../types/type.ts';
import type { Exits } from './exits.ts';
import type { FunctionBuilder } from './function-builder.ts';
import type { Resources } from './resources.ts';
import type { Destination, Operand, Place, Value } from './value.ts';

/** A value in memory. */
export interface MemoryValue {
  readonly place: Place;
  readonly size: number;
}

/** Where a variable lives: numbers in a register, all else, and what callbacks share, in the frame. */
export type VariableHome =
  /** `builder`: of the function that the register is one of. */
  | { readonly kind: 'register'; readonly register: number; readonly builder: FunctionBuilder }
  | { readonly kind: 'cell'; readonly place: Place }
  | { readonly kind: 'memory'; readonly place: Place; readonly size: number };

/** What builtins and the parts of the lowering ask of it, for one probe. */
export interface Lowering {
  /** Of the function that is being written: the program, or one of its callbacks. */
  readonly builder: FunctionBuilder;
  readonly resources: Resources;
  readonly target: ProbeTarget;
  readonly env: CompileEnv;
  readonly config: CompileConfig;
  typeOf(expression: Expression): Type;
  map(name: string): MapLayout;
  /** New memory until the end of the statement, or of the block for a variable. */
  allocate(bytes: number): Place;
  /** The value of an expression that is one number; of structures and arrays in other memory their address. */
  number(expression: Expression): Operand;
  /** The value of an expression in memory, wherever it lies; structures and arrays of other memory are read. */
  memory(expression: Expression, into?: Destination): MemoryValue;
  /** Leaves the value of an expression at a place, zero after its end; `type`: what the place holds. */
  storeInto(expression: Expression, into: Destination, type: Type): void;
  value(expression: Expression, into?: Destination): Value;
  /** Evaluates an expression whose value nobody wants. */
  effect(expression: Expression): void;
  /** Statements whose variables end with them. */
  block(block: Block): void;
  /** Goes to block `then` where the expression is not zero, else to `otherwise`. */
  condition(expression: Expression, then: number, otherwise: number): void;
  /** Assigns an expression's value to a variable. */
  assignVariable(variable: Variable, value: Expression): void;
  writeVariable(variable: Variable, value: Operand): void;
  /** Gives a variable its first value where it is declared without one. */
  clearVariable(variable: Variable): void;
  /** Makes room for a variable before the statement that first assigns it, so that it outlives the statement. */
  declareVariable(variable: Variable): VariableHome;
  variableType(symbol: VariableSymbol): Type;
  symbolOf(variable: Variable): VariableSymbol;
  readonly exits: Exits;
  /** Whether what is written is in a loop: the verifier may walk it for each round, and each branch in it twice as often. */
  readonly looping: boolean;
  /** Writes the body of a loop, where `break`, `continue` and `return` go elsewhere. */
  inLoop(exits: Exits, body: () => void): void;
  /** Writes what may not run: values that are found there are not remembered after it. */
  conditional(write: () => void): void;
  /** The value of something that stays the same while the program runs, found once. */
  once(name: string, find: () => Operand): Operand;
  /** Forgets values that were read from a map that is changed. */
  forgetMap(name: string): void;
  /** Writes statements that are written more than once: their variables have a place of their own each time. */
  inCopy(body: () => void): void;
  /** Writes a callback with a builder of its own: the body of a loop, which reads copies of what is only read in it. */
  inCallback(loop: Loop, builder: FunctionBuilder, body: () => void): void;
  /** Of the expression that is being written. */
  readonly span: Span;
  /** Adds one to a counter of what was lost. */
  countLoss(slot: keyof typeof CounterSlot): void;
}
