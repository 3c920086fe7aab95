import type { HelperName } from '@bpfleet/bpf';
import { bootTime } from '../ir/boot-time.ts';
import { numberValue } from '../ir/value.ts';
import { uint64 } from '../types/type.ts';
import type { BuiltinDefinition, FunctionDefinition } from './definition.ts';
import { requireHelper } from './required-helper.ts';

/** Clocks by their word, each with the helper that reads it. */
const clocks: ReadonlyMap<string, HelperName> = new Map([
  ['monotonic', 'ktime_get_ns'],
  ['boot', 'ktime_get_boot_ns'],
  ['tai', 'ktime_get_tai_ns'],
  ['sw_tai', 'ktime_get_boot_ns'],
]);

/** Nanoseconds since boot, with the time the machine slept. */
export const nsecs: BuiltinDefinition = {
  name: 'nsecs',
  kernel: '4.1',
  check: () => uint64,
  lower: ({ builder, env }) => numberValue(builder.call(bootTime(env))),
};

/** As another clock has it. `sw_tai` is the clock of boot and what that was away from TAI when the program was made. */
export const nsecsFunction: FunctionDefinition = {
  kind: 'function',
  name: 'nsecs',
  signature: 'nsecs([monotonic|boot|tai|sw_tai])',
  kernel: '4.1; nsecs(boot) 5.8, nsecs(tai) 6.1',
  minimum: 0,
  maximum: 1,
  words: true,
  check({ arguments: [word] }, { env, report }) {
    const name = word?.kind === 'identifier' ? word.name : 'boot';
    if (word !== undefined && (word.kind !== 'identifier' || !clocks.has(name))) {
      const given = word.kind === 'identifier' ? `: ${name}` : '';
      report('invalid-argument', word.span, `Invalid timestamp mode${given}`, `write ${this.signature}`);
    } else if (name === 'tai' && env.tracepoints !== null && !env.features.has('tai')) {
      report('unsupported', word?.span ?? { start: 0, end: 0 }, 'nsecs(tai) needs kernel 6.1 or newer', 'try sw_tai');
    } else if (word !== undefined && clocks.get(name) === 'ktime_get_boot_ns') {
      requireHelper('boot_time', word.span, `nsecs(${name})`, { env, report });
    }
    return uint64;
  },
  lower({ arguments: [word] }, { builder, env }) {
    const name = word?.kind === 'identifier' ? word.name : 'boot';
    const clock = word === undefined ? undefined : clocks.get(name);
    const now = builder.call(clock ?? bootTime(env));
    return numberValue(name === 'sw_tai' ? builder.binary('add', now, env.taiOffset?.() ?? 0n) : now);
  },
};
