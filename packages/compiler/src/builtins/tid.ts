import type { BuiltinDefinition } from './definition.ts';
import { lowHalf, uint32 } from './uint32.ts';

/** The thread that runs. */
export const tid: BuiltinDefinition = {
  name: 'tid',
  kernel: '4.2',
  check: () => uint32,
  lower: (lowering) => lowHalf(lowering, lowering.builder.call('get_current_pid_tgid')),
};
