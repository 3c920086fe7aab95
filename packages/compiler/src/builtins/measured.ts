import type { Call, Expression } from '../syntax/ast.ts';
import type { AggregateType } from '../types/type.ts';
import { isSigned } from '../types/type.ts';
import type { AggregateDefinition, CheckContext } from './definition.ts';

/** The type of an aggregate of its first argument. */
export function aggregateOf(aggregate: AggregateType['aggregate'], call: Call, context: CheckContext): AggregateType {
  const type = context.numberType(call.arguments[0] as Expression, `${call.name}()`);
  return { kind: 'aggregate', aggregate, signed: isSigned(type) };
}

/** The first argument, as it is folded in. */
export const measureFirst: AggregateDefinition['measure'] = (call, lowering) =>
  lowering.number(call.arguments[0] as Expression);
