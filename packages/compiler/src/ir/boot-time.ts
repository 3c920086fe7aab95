import type { HelperName } from '@bpfleet/bpf';
import type { CompileEnv } from '../env.ts';

/** The helper for time since boot; kernels before 5.8 leave out the time that the machine slept. */
export function bootTime({ features }: CompileEnv): HelperName {
  return features.has('boot_time') ? 'ktime_get_boot_ns' : 'ktime_get_ns';
}
