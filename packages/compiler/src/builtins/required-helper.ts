import type { KernelFeature } from '../env.ts';
import type { Span } from '../source/span.ts';
import type { CheckContext } from './definition.ts';

/** The kernels that brought what some builtins need. */
const since = {
  jiffies: '5.6',
  signal_thread: '5.6',
  ns_pid: '5.7',
  boot_time: '5.8',
  raw_tracepoint_test_run: '5.10',
} as const satisfies Partial<Record<KernelFeature, string>>;

/** Reports what the kernel is too old for. `what` is how the script calls it. */
export function requireHelper(
  feature: keyof typeof since,
  span: Span,
  what: string,
  { env, report }: Pick<CheckContext, 'env' | 'report'>,
): void {
  if (env.tracepoints === null || env.features.has(feature)) return;
  report('unsupported', span, `${what} needs kernel ${since[feature]} or newer`);
}
