import type { Call } from '../syntax/ast.ts';
import type { CheckContext } from './definition.ts';

/** Reports a function that changes the machine, unless such are allowed. */
export function requireUnsafe(call: Call, { env, report }: CheckContext): void {
  if (env.unsafe === true) return;
  const message = `${call.name}() is an unsafe function being used in safe mode`;
  report('invalid-use', call.span, message, 'bpfleet local --unsafe allows it');
}
