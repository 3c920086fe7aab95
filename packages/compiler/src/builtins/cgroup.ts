import { numberValue } from '../ir/value.ts';
import { uint64 } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** The number of the control group of version 2 that the process is in. */
export const cgroup: BuiltinDefinition = {
  name: 'cgroup',
  constant: true,
  kernel: '4.18',
  check: () => uint64,
  lower: ({ builder }) => numberValue(builder.call('get_current_cgroup_id')),
};
