import { globMatcher } from '../glob.ts';
import { globsMeet } from './globs-meet.ts';
import type { Denied, ProgramUses } from './program-uses.ts';

/** What of a program is forbidden, as a sentence; null where nothing is. */
export function deniedUse(uses: ProgramUses, denied: Denied): string | null {
  for (const pattern of denied.functions) {
    const matches = globMatcher(pattern);
    const found = uses.functions.find((name) => matches(name) || matches(name.replace(/^bpf_/, '')));
    if (found !== undefined) return `this node's policy forbids the function ${found} (${pattern})`;
  }
  for (const pattern of denied.probes) {
    const matches = probeMatcher(pattern);
    const found = uses.probes.find(matches);
    if (found !== undefined) return `this node's policy forbids the probe ${found} (${pattern})`;
  }
  return null;
}

/** A place within a function is the function; a name with wildcards may turn out as any that it stands for. */
function probeMatcher(pattern: string): (name: string) => boolean {
  const matches = globMatcher(pattern);
  const anyOfSet = pattern.replace(/\[[^\]]+\]/g, '?');
  return (name) => {
    const place = name.replace(/\+(0x)?[0-9a-f]+$/, '');
    return matches(name) || matches(place) || (/[*?]/.test(name) && globsMeet(anyOfSet, name));
  };
}
