import type { CFunction, CType, TypeSource } from '@bpfleet/bpf';
import { findExecutable, hasFeature, kernelTypes, traceableFunctions } from '@bpfleet/kernel';
import type { ListedProbe } from './listed-probe.ts';

/** A name, and how to find its arguments when they are asked for. */
export interface ProbeCandidate {
  readonly name: string;
  readonly arguments?: () => ListedProbe['arguments'];
}

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
  for (const { name } of traceableFunctions()) {
    if (known.has(name)) {
      yield {
        name: `${provider}:vmlinux:${name}`,
        arguments: () => argumentsOf(types, types.function(name), provider),
      };
    }
  }
}

/** Probes on the functions of a program or library. None where there is no such file. */
export function* programProbes(provider: string, file: string): Generator<ProbeCandidate> {
  const found = hasFeature('uprobe') ? findExecutable(file) : { reason: '' };
  if ('reason' in found) return;
  for (const { name } of found.functions) yield { name: `${provider}:${found.path}:${name}` };
}

function argumentsOf(types: TypeSource, found: CFunction | undefined, provider: string): ListedProbe['arguments'] {
  if (found === undefined) return [];
  const list = found.parameters.map(({ name, type }) => ({ name, type: typeText(types, type) }));
  if (provider === 'fexit') list.push({ name: 'retval', type: typeText(types, found.returns) });
  return list;
}

/** A type as C writes it, without its typedefs. */
function typeText(types: TypeSource, id: number): string {
  const type = types.resolve(id);
  return type.kind === 'pointer' ? `${plainText(types.resolve(type.to))} *` : plainText(type);
}

function plainText(type: CType): string {
  switch (type.kind) {
    case 'integer':
      return type.character ? 'char' : `${type.signed ? '' : 'u'}int${type.size * 8}`;
    case 'boolean':
      return 'bool';
    case 'record':
      return `struct ${type.name}`;
    case 'pointer':
      return 'void *';
    case 'array':
      return 'array';
    case 'void':
      return 'void';
    case 'other':
      return type.name === '' ? 'function' : type.name;
  }
}
