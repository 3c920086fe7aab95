import type { BuiltinDefinition } from './definition.ts';
import { lowHalf, uint32 } from './uint32.ts';

/** The user that the process runs as. */
export const uid: BuiltinDefinition = {
  name: 'uid',
  constant: true,
  kernel: '4.2',
  check: () => uint32,
  lower: (lowering) => lowHalf(lowering, lowering.builder.call('get_current_uid_gid')),
};
