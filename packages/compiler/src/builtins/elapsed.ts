import { bootTime } from '../ir/boot-time.ts';
import { internalMaps } from '../ir/resources.ts';
import { inRegister, numberValue } from '../ir/value.ts';
import { uint64 } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** Nanoseconds since the trace began: a program of its own notes the time before BEGIN runs. */
export const elapsed: BuiltinDefinition = {
  name: 'elapsed',
  kernel: '4.1',
  check: () => uint64,
  lower({ builder, resources, env }) {
    resources.start = true;
    const now = builder.call(bootTime(env));
    const start = builder.load(8, inRegister(builder.mapValue(internalMaps.start, 0)));
    return numberValue(builder.binary('sub', now, start));
  },
};
