import type { Btf, CFunction } from '@bpfleet/bpf';
import { hasFeature, kernelTypes, traceableFunctions } from '@bpfleet/kernel';
import type { ListedProbe, ProbeCandidate } from './listed-probe.ts';

/** Probes on the kernel's functions, none where this kernel has not the means. Sorted by name. */
export function* functionProbes(provider: string): Generator<ProbeCandidate> {
  if (provider === 'kprobe' || provider === 'kretprobe') {
    if (!hasFeature('kprobe')) return;
    for (const { name } of traceableFunctions()) yield { name: `${provider}:${name}` };
    return;
  }
  const types = hasFeature('fentry') ? kernelTypes() : null;
  if (types === null) return;
  const known = new Set(types.functions());
  for (const { name, module } of traceableFunctions()) {
    if (module !== '' || !known.has(name)) continue;
    yield {
      name: `${provider}:vmlinux:${name}`,
      arguments: () => functionArguments(types, types.function(name), provider === 'fexit'),
    };
  }
}

/** What a function is given, and what it returns where that is asked for, with their types as C writes them. */
export function functionArguments(types: Btf, found: CFunction | undefined, returns = false): ListedProbe['arguments'] {
  if (found === undefined) return [];
  const list = found.parameters.map(({ name, type }) => ({ name, type: types.text(type) }));
  if (returns) list.push({ name: 'retval', type: types.text(found.returns) });
  return list;
}
