import type { MapKind } from '@bpfleet/aggregate';
import type { CompileConfig, CompileEnv } from '../env.ts';
import type { Lowering } from '../ir/lowering.ts';
import type { CellPlace, Destination, Value } from '../ir/value.ts';
import type { MapSymbol } from '../passes/model.ts';
import type { ProbeTarget } from '../probes/provider.ts';
import type { DiagnosticCode, Hint } from '../source/diagnostic.ts';
import type { Span } from '../source/span.ts';
import type { Call, Expression, Identifier, MapAccess } from '../syntax/ast.ts';
import type { AggregateType, Type } from '../types/type.ts';

/** What a builtin may ask while it is checked. While types are still being inferred, reports go nowhere. */
export interface CheckContext {
  readonly env: CompileEnv;
  readonly config: CompileConfig;
  readonly target: ProbeTarget;
  typeOf(expression: Expression): Type;
  /** As typeOf; of variables and maps that hold nothing but literals the smallest type that these fit. */
  heldType(expression: Expression): Type;
  /** As typeOf, and reports what is not a number. */
  numberType(expression: Expression, use: string): Type;
  /** The value of an expression, where it is known when the script is compiled. */
  comptime(expression: Expression): bigint | string | undefined;
  /** A map named as a whole or with a key; its key is checked, and that it has been written somewhere. */
  mapOf(access: MapAccess): MapSymbol;
  report(code: DiagnosticCode, span: Span, message: string, hint?: Hint): void;
  warn(code: DiagnosticCode, span: Span, message: string, hint?: string): void;
}

/** What decides what is known when a script is compiled. */
export type KnownContext = Pick<CheckContext, 'env' | 'config' | 'target' | 'typeOf'>;

/** A name without brackets: `pid`. */
export interface BuiltinDefinition {
  readonly name: string;
  /** It is one number that stays the same while a program runs. */
  readonly constant?: true;
  /** The kernel that brought what it needs; all of them up to 5.4, the oldest that scripts run on. */
  readonly kernel: string;
  /** Its text, where that is known when the script is compiled. */
  known?(target: ProbeTarget): string | undefined;
  check(identifier: Identifier, context: CheckContext): Type;
  /** Strings may be left at `into`. */
  lower(lowering: Lowering, into?: Destination): Value;
}

interface Callable {
  readonly name: string;
  /** How it is called, for hints: `str(pointer [, length])`. */
  readonly signature: string;
  readonly kernel: string;
  readonly minimum: number;
  readonly maximum: number;
  /** Its arguments may be bare words, as in `nsecs(boot)`, which mean something to check() alone. */
  readonly words?: true;
}

export interface FunctionDefinition extends Callable {
  readonly kind: 'function';
  /** Its value, where that is known when the script is compiled. */
  known?(call: Call, context: KnownContext): bigint | undefined;
  check(call: Call, context: CheckContext): Type;
  /** Strings may be left at `into`. */
  lower(call: Call, lowering: Lowering, into?: Destination): Value;
}

/** A function whose value can only be assigned to a map, which it changes in place. */
export interface AggregateDefinition extends Callable {
  readonly kind: 'aggregate';
  readonly name: Exclude<MapKind, 'value'>;
  check(call: Call, context: CheckContext): AggregateType | { readonly kind: 'unknown' };
  /** Computes what is folded in, before the map's entry is looked up. */
  measure(call: Call, lowering: Lowering): Measured;
  /** Cells of 8 bytes a value has. */
  slots(type: AggregateType): number;
  /** Whether a flag says that the value was set: where zero is no neutral element. */
  readonly flagged: boolean;
  /** Folds what was measured into the entry. */
  update(lowering: Lowering, measured: Measured, cell: CellPlace, type: AggregateType): void;
}

/** A value in a register, or a constant; none for count(). */
type Measured = number | bigint | undefined;

export type CallDefinition = FunctionDefinition | AggregateDefinition;
