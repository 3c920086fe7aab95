import { emitControl } from '../ir/lower-record.ts';
import { noValue } from '../ir/value.ts';
import type { MapAccess } from '../syntax/ast.ts';
import { voidType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { wholeMapArgument } from './map-argument.ts';

/** A command about a whole map, which user space carries out when it reads the control ring. */
function wholeMapCommand(name: 'clear' | 'zero'): FunctionDefinition {
  return {
    kind: 'function',
    name,
    signature: `${name}(@map)`,
    kernel: '4.4',
    minimum: 1,
    maximum: 1,
    check(call, context) {
      wholeMapArgument(call, context);
      return voidType;
    },
    lower(call, lowering) {
      const map = lowering.map((call.arguments[0] as MapAccess).name).schema.id;
      emitControl(lowering, { kind: `${name}-map`, map });
      return noValue;
    },
  };
}

/** Removes every entry. */
export const clear = wholeMapCommand('clear');
/** Sets every value to zero and keeps the keys. */
export const zero = wholeMapCommand('zero');
