import type { Call, MapAccess } from '../syntax/ast.ts';
import type { CheckContext } from './definition.ts';

/** The entry that `f(@m[k])`, `f(@m, k)` or, of a map without a key, `f(@m)` names. */
export function entryArgument(call: Call): MapAccess | undefined {
  const [access, key] = call.arguments;
  if (access?.kind !== 'map' || (key !== undefined && access.key !== undefined)) return undefined;
  return key === undefined ? access : { ...access, key };
}

/** As entryArgument, checked; a map with keys must be given one. */
export function checkEntry(call: Call, context: CheckContext): void {
  const access = entryArgument(call);
  if (access === undefined) {
    context.report(
      'invalid-argument',
      call.span,
      `${call.name}() takes an entry of a map`,
      `write ${call.name}(@m[k])`,
    );
    return;
  }
  const symbol = context.mapOf(access);
  if (access.key === undefined && symbol.key !== undefined && symbol.key.kind !== 'void') {
    const hint = `write ${call.name}(${access.name}[...])`;
    context.report('invalid-argument', access.span, `${call.name}() takes a key of ${access.name}`, hint);
  }
}
