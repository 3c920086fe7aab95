import type { CompileEnv } from '../env.ts';
import { numberValue } from '../ir/value.ts';
import type { Call } from '../syntax/ast.ts';
import { booleanType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

/** Whether this kernel has a function of a name, as its BTF says: known when the script is compiled. */
export const kfuncExist: FunctionDefinition = {
  kind: 'function',
  name: 'kfunc_exist',
  signature: 'kfunc_exist("function")',
  kernel: '5.4',
  minimum: 1,
  maximum: 1,
  check(call, context) {
    for (const argument of call.arguments) context.typeOf(argument);
    if (nameOf(call) === undefined) {
      context.report('invalid-argument', call.span, 'kfunc_exist() accepts a string literal only');
    }
    if (context.env.tracepoints !== null && context.env.types === undefined) {
      const message = "kfunc_exist() needs the kernel's BTF (CONFIG_DEBUG_INFO_BTF), which this kernel does not give";
      context.report('unsupported', call.span, message);
    }
    return booleanType;
  },
  known: (call, { env }) => (env.types === undefined ? undefined : exists(call, env)),
  lower: (call, { env }) => numberValue(exists(call, env)),
};

function exists(call: Call, { types }: CompileEnv): bigint {
  return types?.function(nameOf(call) ?? '') === undefined ? 0n : 1n;
}

function nameOf({ arguments: [name] }: Call): string | undefined {
  return name?.kind === 'string' ? name.value : undefined;
}
