import { numberValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { type Type, unknown } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

/** The same address, whose memory is read as the kernel's or a program's. */
function inSpace(name: 'kptr' | 'uptr', space: 'kernel' | 'user'): FunctionDefinition {
  return {
    kind: 'function',
    name,
    signature: `${name}(pointer)`,
    kernel: '4.1',
    minimum: 1,
    maximum: 1,
    check(call, context): Type {
      const [pointer] = call.arguments as [Expression];
      const type = context.typeOf(pointer);
      if (type.kind === 'pointer') return { ...type, space };
      if (type.kind === 'integer') return { kind: 'pointer', space };
      if (type.kind !== 'unknown') {
        const message = `${name}() only supports pointer arguments (${describe(type)} provided)`;
        context.report('type-mismatch', pointer.span, message);
      }
      return unknown;
    },
    lower: (call, lowering) => numberValue(lowering.number(call.arguments[0] as Expression)),
  };
}

export const kptr = inSpace('kptr', 'kernel');
export const uptr = inSpace('uptr', 'user');
