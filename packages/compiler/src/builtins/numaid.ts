import { numberValue } from '../ir/value.ts';
import { uint64 } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** The NUMA node of the CPU that runs. */
export const numaid: BuiltinDefinition = {
  name: 'numaid',
  kernel: '4.10',
  check: () => uint64,
  lower: ({ builder }) => numberValue(builder.call('get_numa_node_id')),
};
