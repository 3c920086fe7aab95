import type { Call, Expression } from '../syntax/ast.ts';
import { describe, typeName } from '../types/describe-type.ts';
import type { AggregateType } from '../types/type.ts';
import { isNumber, isSigned } from '../types/type.ts';
import type { AggregateDefinition, CheckContext } from './definition.ts';

/** The type of an aggregate of its first argument. */
export function aggregateOf(aggregate: AggregateType['aggregate'], call: Call, context: CheckContext): AggregateType {
  const type = context.typeOf(call.arguments[0] as Expression);
  if (!isNumber(type)) {
    const histogram = aggregate === 'hist' || aggregate === 'lhist';
    const [wanted, given] = histogram ? ['int', describe(type)] : ['integer', typeName(type)];
    context.report('type-mismatch', call.span, `${call.name}() only supports ${wanted} arguments (${given} provided)`);
  }
  return { kind: 'aggregate', aggregate, signed: isSigned(type) };
}

/** The first argument, as it is folded in. */
export const measureFirst: AggregateDefinition['measure'] = (call, lowering) =>
  lowering.number(call.arguments[0] as Expression);
