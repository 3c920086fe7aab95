import { numberValue } from '../ir/value.ts';
import type { BuiltinDefinition } from './definition.ts';
import { uint32 } from './uint32.ts';

/** A random number of 32 bits. */
export const rand: BuiltinDefinition = {
  name: 'rand',
  kernel: '4.1',
  check: () => uint32,
  lower: ({ builder }) => numberValue(builder.call('get_prandom_u32')),
};
