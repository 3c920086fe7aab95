import { numberValue } from '../ir/value.ts';
import { uint64 } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** The kernel's structure of the thread that runs; its fields can be read where the kernel gives its BTF. */
export const curtask: BuiltinDefinition = {
  name: 'curtask',
  kernel: '4.8',
  check(_identifier, { env }) {
    if (env.tracepoints === null) return { kind: 'unknown' };
    const to = env.types?.record('struct', 'task_struct');
    return to === undefined ? uint64 : { kind: 'pointer', space: 'kernel', text: false, to };
  },
  lower: ({ builder }) => numberValue(builder.call('get_current_task')),
};
