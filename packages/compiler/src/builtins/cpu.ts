import { numberValue } from '../ir/value.ts';
import type { BuiltinDefinition } from './definition.ts';
import { uint32 } from './uint32.ts';

/** The number of the CPU that the probe fired on. */
export const cpu: BuiltinDefinition = {
  name: 'cpu',
  constant: true,
  kernel: '4.1',
  check: () => uint32,
  lower: ({ builder }) => numberValue(builder.call('get_smp_processor_id')),
};
