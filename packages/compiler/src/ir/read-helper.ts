import type { HelperName } from '@bpfleet/bpf';
import type { CompileEnv } from '../env.ts';

/**
 * The helper that copies other memory. Kernels before 5.5 have one for both spaces, which takes an address for what the
 * machine takes it for.
 */
export function readHelper({ features }: CompileEnv, what: 'text' | 'bytes', space: 'user' | 'kernel'): HelperName {
  if (!features.has('probe_read_user')) return what === 'text' ? 'probe_read_str' : 'probe_read';
  return what === 'text' ? `probe_read_${space}_str` : `probe_read_${space}`;
}
