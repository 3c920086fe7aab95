import type { ObjectManifest } from '@bpfleet/bpf';
import type { ObjectMap } from '@bpfleet/kernel';

/** When something began, what a call was given, room for what no stack holds. */
const MEMORY = /^(starts?|start_?(ts|time|ns)s?|births?|timestamps?|args|heap|scratch)$/;

/**
 * Whether a map is only what programs remember from one event to the next, by its name: instants and pointers of several nodes
 * mean nothing together. A manifest that names it has it among the results.
 */
export function isProgramMemory({ name, internal }: ObjectMap, outputs: ObjectManifest['outputs'] = {}): boolean {
  return !internal && MEMORY.test(name) && !Object.hasOwn(outputs, name);
}

/** Tells of maps that are left out so; null where there are none. */
export function programMemoryText(names: readonly string[]): string | null {
  const [first] = names;
  if (first === undefined) return null;
  const isOne = names.length === 1;
  const what = isOne ? `map ${first} is` : `maps ${names.join(', ')} are`;
  const advice = `a manifest has ${isOne ? 'it' : 'them'} shown (outputs: {${names.map((name) => `${name}: {show: true}`).join(', ')}})`;
  return `${what} taken for what programs only remember, by ${isOne ? 'its name' : 'their names'}; ${advice}`;
}
