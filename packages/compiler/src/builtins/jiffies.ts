import { numberValue } from '../ir/value.ts';
import { uint64 } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';
import { requireHelper } from './required-helper.ts';

/** Ticks of the kernel's clock, CONFIG_HZ a second. */
export const jiffies: BuiltinDefinition = {
  name: 'jiffies',
  kernel: '5.6',
  check({ span }, context) {
    requireHelper('jiffies', span, 'jiffies', context);
    return uint64;
  },
  lower: ({ builder }) => numberValue(builder.call('jiffies64')),
};
