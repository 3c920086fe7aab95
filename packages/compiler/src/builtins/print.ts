import { emitControl, emitEvent } from '../ir/lower-record.ts';
import { emitPrintEntry } from '../ir/print-entry.ts';
import { noValue } from '../ir/value.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Call, Expression, MapAccess } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { isStorable, voidType } from '../types/type.ts';
import type { CheckContext, FunctionDefinition } from './definition.ts';

/** Prints a map, at most its `top` entries with values divided by `div`; or one value. */
export const print: FunctionDefinition = {
  kind: 'function',
  name: 'print',
  signature: 'print(@map [, top [, div]]) or print(value)',
  kernel: '4.4',
  minimum: 1,
  maximum: 3,
  check(call, context) {
    const [value] = call.arguments;
    if (isWholeMap(value, context)) checkTopAndDiv(call, value, context);
    else if (isAggregateEntry(value, context)) checkEntry(call, context);
    else checkValue(call, value as Expression, context);
    return voidType;
  },
  lower(call, lowering) {
    const [value] = call.arguments as [Expression];
    if (value.kind === 'map' && value.key === undefined) {
      const map = lowering.map(value.name).schema.id;
      emitControl(lowering, { kind: 'print-map', map, top: constantArgument(call, 1), div: constantArgument(call, 2) });
    } else if (value.kind === 'map' && lowering.map(value.name).value.kind === 'cells') {
      emitPrintEntry(lowering, value);
    } else {
      emitEvent(lowering, [value], ([arg]) => ({ kind: 'value', arg: arg as NonNullable<typeof arg> }));
    }
    return noValue;
  },
};

function isWholeMap(value: Expression | undefined, context: CheckContext): value is MapAccess {
  if (value?.kind !== 'map' || value.key !== undefined) return false;
  context.mapOf(value);
  return true;
}

function isAggregateEntry(value: Expression | undefined, context: CheckContext): boolean {
  return value?.kind === 'map' && context.mapOf(value).value?.kind === 'aggregate';
}

/** Of a time series no entry alone can be shown: all of a map end with the newest interval. */
function checkEntry(call: Call, context: CheckContext): void {
  const [value] = call.arguments;
  const held = value?.kind === 'map' ? context.mapOf(value).value : undefined;
  if (held?.kind === 'aggregate' && held.aggregate === 'tseries') {
    const message = 'Map type tseries_t cannot print the value of individual keys. You must print the whole map.';
    context.report('invalid-use', call.span, message);
  }
  checkAlone(call, context);
}

function checkTopAndDiv(call: Call, map: MapAccess, context: CheckContext): void {
  const { value: held } = context.mapOf(map);
  if (call.arguments.length > 1 && held?.kind === 'aggregate' && held.aggregate === 'stats') {
    context.warn('invalid-use', call.span, "print()'s top and div arguments are ignored when used on stats() maps.");
  }
  for (const argument of call.arguments.slice(1)) {
    context.typeOf(argument);
    const value = constantValue(argument);
    if (value === undefined || value > 0x7fffffffn) {
      const given = describe(context.typeOf(argument)).replace('integer', 'int');
      context.report('invalid-argument', call.span, `print() expects a int literal (${given} provided)`);
    }
  }
}

function checkValue(call: Call, value: Expression, context: CheckContext): void {
  const type = context.typeOf(value);
  if (!isStorable(type)) {
    context.report('type-mismatch', value.span, `${describe(type)} cannot be printed`);
  }
  checkAlone(call, context);
}

function checkAlone(call: Call, context: CheckContext): void {
  const [, extra] = call.arguments;
  if (extra !== undefined) {
    const message = `Non-map print() only takes 1 argument, ${call.arguments.length} found`;
    context.report('invalid-argument', call.span, message);
  }
}

function constantArgument(call: Call, index: number): number {
  const argument = call.arguments[index];
  const value = (argument && constantValue(argument)) ?? 0n;
  // Below zero they are as if they were not given.
  return value < 0n ? 0 : Number(value);
}
