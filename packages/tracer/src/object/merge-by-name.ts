import type { ManifestMerge } from '@bpfleet/bpf';

/** Numbers that are called so do not add up. */
const EXTREME = /^(?:(min|max)(?:_\w+)?|\w+_(min|max))$/;
/** What is called so says which, where, or when, and not how much: the addresses of a stack do not add up either. */
const IDENTITY =
  /^(?:\w+_)?(?:id|pid|tid|tgid|ppid|uid|gid|cpu|ts|timestamp|sector|ptr|addr|stack|kstack|ustack|ip|port|dev|inode|ino|fd|family)$/;

/** How a number merges of which no manifest says it, by what it is called. */
export function mergeByName(name: string): ManifestMerge {
  if (IDENTITY.test(name)) return 'last';
  const [, first, last] = EXTREME.exec(name) ?? [];
  return ((first ?? last) as 'min' | 'max' | undefined) ?? 'sum';
}

/**
 * What is told of a number that does not add up; null of one that does. `what`: how messages call it, `output`: what a manifest
 * calls it, `path`: of a field in that.
 */
export function mergeText(merge: ManifestMerge, what: string, output: string, path: string): string | null {
  if (merge === 'sum') return null;
  const setting = path === '' ? 'merge: sum' : `fields: {${path}: sum}`;
  const how =
    merge === 'last' ? 'is no quantity, by its name: the newest wins' : `is merged by its ${merge}imum, by its name`;
  return `${what} ${how}; a manifest may say otherwise (outputs: {${output}: {${setting}}})`;
}
