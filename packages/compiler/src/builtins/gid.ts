import { numberValue } from '../ir/value.ts';
import type { BuiltinDefinition } from './definition.ts';
import { uint32 } from './uint32.ts';

/** The group that the process runs as. */
export const gid: BuiltinDefinition = {
  name: 'gid',
  constant: true,
  kernel: '4.2',
  check: () => uint32,
  lower: ({ builder }) => numberValue(builder.binary('ushr', builder.call('get_current_uid_gid'), 32n)),
};
