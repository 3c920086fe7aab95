import { numberValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { type PointerType, uint64, unknown } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

const kernelPointer: PointerType = { kind: 'pointer', space: 'kernel', to: uint64 };

/** The address of a function or variable of the kernel; found when the program is made. */
export const kaddr: FunctionDefinition = {
  kind: 'function',
  name: 'kaddr',
  signature: 'kaddr("name")',
  kernel: '4.1',
  minimum: 1,
  maximum: 1,
  check(call, context) {
    const [name] = call.arguments as [Expression];
    if (name.kind !== 'string') {
      const given = describe(context.typeOf(name));
      context.report('invalid-argument', name.span, `kaddr() expects a string literal (${given} provided)`);
      return unknown;
    }
    const { env } = context;
    if (env.tracepoints === null) return kernelPointer;
    const address = env.symbols?.kernel(name.value) ?? null;
    if (address !== null) return kernelPointer;
    context.report('no-match', call.span, `Failed to resolve kernel symbol: ${name.value}`);
    return unknown;
  },
  lower(call, { env }) {
    const [name] = call.arguments as [Expression];
    const address = name.kind === 'string' ? env.symbols?.kernel(name.value) : null;
    if (address === null || address === undefined) throw new Error('kaddr() of nothing');
    return numberValue(BigInt.asIntN(64, address));
  },
};
