import { FUNC_ADDRESS } from '../builtins/func-address.ts';
import { visitExpression } from '../syntax/visitor.ts';
import type { TypedProbe } from './model.ts';

/**
 * Whether the code of a program is for one probe alone: the address of its function is in it, or branches were chosen by the
 * probe's name (`comptime (probe == ...)`).
 */
export function knowsItsProbe({ expressions }: TypedProbe['typing']): boolean {
  let knows = false;
  for (const each of expressions.keys()) {
    if (each.kind === 'identifier' && each.name === FUNC_ADDRESS) knows = true;
    if (each.kind !== 'comptime') continue;
    visitExpression(each, (inner) => {
      knows ||= inner.kind === 'identifier' && (inner.name === 'probe' || inner.name === 'func');
    });
  }
  return knows;
}
