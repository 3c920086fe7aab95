import type { MapSymbol } from '../passes/model.ts';
import type { Call } from '../syntax/ast.ts';
import type { CheckContext } from './definition.ts';

/** The first argument as a whole map; undefined after a mistake, which is reported. */
export function wholeMapArgument(call: Call, context: CheckContext): MapSymbol | undefined {
  const [access] = call.arguments;
  if (access?.kind !== 'map') {
    if (access !== undefined) context.typeOf(access);
    context.report('invalid-argument', access?.span ?? call.span, `${call.name}() expects a map argument`);
    return undefined;
  }
  const symbol = context.mapOf(access);
  if (access.key === undefined) return symbol;
  const hint = `write ${call.name}(${access.name})`;
  context.report('invalid-argument', access.span, `${call.name}() expects a map argument`, hint);
  return undefined;
}
