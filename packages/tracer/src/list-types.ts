import { definitionText } from '@bpfleet/bpf';
import { kernelTypes } from '@bpfleet/kernel';
import { globMatcher } from './glob.ts';

const PATTERN = /^(struct|union|enum)\s+(\S+)$/;

/** Whether a search pattern is for types of the kernel: `struct list_head`, `enum pid_*`. */
export function isTypePattern(pattern: string): boolean {
  return PATTERN.test(pattern);
}

/**
 * The types of the kernel that match, by name: `struct list_head`, or with `definitions` what C has in its place. None on
 * kernels without BTF.
 */
export function listTypes(pattern: string, definitions: boolean): string[] {
  const [, kind, name = ''] = PATTERN.exec(pattern) ?? [];
  const types = kernelTypes();
  if (types === null || (kind !== 'struct' && kind !== 'union' && kind !== 'enum')) return [];
  const matches = globMatcher(name);
  const found = new Map<string, number>();
  for (const { name: each, id } of types.definitions(kind)) if (matches(each) && !found.has(each)) found.set(each, id);
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([each, id]) => (definitions ? `vmlinux: ${definitionText(types, id)}\n` : `${kind} ${each}\n`));
}
