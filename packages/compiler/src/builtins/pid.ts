import { numberValue } from '../ir/value.ts';
import type { BuiltinDefinition } from './definition.ts';
import { uint32 } from './uint32.ts';

/** The process (thread group) that runs. */
export const pid: BuiltinDefinition = {
  name: 'pid',
  kernel: '4.2',
  check: () => uint32,
  lower: ({ builder }) => numberValue(builder.binary('ushr', builder.call('get_current_pid_tgid'), 32n)),
};
