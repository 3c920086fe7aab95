import { numberValue } from '../ir/value.ts';
import { btfType } from '../types/btf-type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** The kernel's structure of the thread that runs; its fields can be read where the kernel gives its BTF. */
export const curtask: BuiltinDefinition = {
  name: 'curtask',
  constant: true,
  kernel: '4.8',
  check(_identifier, { env }) {
    if (env.tracepoints === null) return { kind: 'unknown' };
    const id = env.types?.record('struct', 'task_struct');
    const to = id === undefined || env.types === undefined ? undefined : btfType(env.types, id, 'kernel', 0);
    return { kind: 'pointer', space: 'kernel', ...(to === undefined ? {} : { to }) };
  },
  lower: ({ builder }) => numberValue(builder.call('get_current_task')),
};
