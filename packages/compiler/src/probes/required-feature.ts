import type { KernelFeature } from '../env.ts';
import type { AttachPoint } from '../syntax/ast.ts';
import type { ExpandContext } from './provider.ts';

type ProbeFeature = Extract<KernelFeature, 'kprobe' | 'fentry' | 'uprobe' | 'iter'>;

const lacks: Readonly<Record<ProbeFeature, string>> = {
  kprobe: 'this kernel has no kprobes (CONFIG_KPROBES)',
  fentry:
    'this kernel has no fentry and fexit, or forbids them: they need 5.5 on x86-64, 6.4 on arm64, and CONFIG_DEBUG_INFO_BTF',
  iter: 'this kernel has no iterators for programs: they need 5.8 and CONFIG_DEBUG_INFO_BTF',
  uprobe: 'this kernel has no uprobes (CONFIG_UPROBES), or keeps them to root: without root they need kernel 6.6',
};

const instead: Readonly<Record<ProbeFeature, string | undefined>> = {
  kprobe: 'a tracepoint may do',
  fentry: 'kprobe and kretprobe may do',
  iter: undefined,
  uprobe: undefined,
};

/** Whether the kernel has what a kind of probe needs; reported where it has not. */
export function requireFeature(
  feature: ProbeFeature,
  point: AttachPoint,
  { env, config, diagnostics }: ExpandContext,
): boolean {
  if (env.features.has(feature)) return true;
  // Whoever allows probes to be missing need not care why they are.
  const code = config.missingProbes === 'error' ? 'unsupported' : 'no-match';
  diagnostics.error(code, point.span, lacks[feature], instead[feature]);
  return false;
}
