import { numberValue } from '../ir/value.ts';
import { uint64 } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** Nanoseconds since boot, with the time the machine slept. */
export const nsecs: BuiltinDefinition = {
  name: 'nsecs',
  kernel: '5.8',
  check: () => uint64,
  lower: ({ builder }) => numberValue(builder.call('ktime_get_boot_ns')),
};
