import { numberValue } from '../ir/value.ts';
import { uint64 } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** How many CPUs the kernel may have; known when the program is made. */
export const ncpus: BuiltinDefinition = {
  name: 'ncpus',
  kernel: '4.1',
  check: () => uint64,
  lower: ({ env }) => numberValue(BigInt(env.cpus ?? 1)),
};
