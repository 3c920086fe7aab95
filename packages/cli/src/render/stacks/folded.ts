import { printable } from '../printable.ts';
import { outermostFirst, type StackProfile } from './stack-profile.ts';

/**
 * Folded stacks, as flamegraph.pl of https://github.com/brendangregg/FlameGraph takes them: a line a stack, the outermost
 * frame first, `a;b;c COUNT`. Groups and what else is in the key come before the frames. Stacks of equal names are one line.
 */
export function renderFolded(profile: StackProfile): string {
  const lines = new Map<string, bigint>();
  for (const sample of profile.samples) {
    const line = notTwoCounts(outermostFirst(sample).map(foldedName).join(';'));
    lines.set(line, (lines.get(line) ?? 0n) + sample.weight);
  }
  return [...lines].map(([line, weight]) => `${line} ${weight}\n`).join('');
}

/** A semicolon would part a frame in two: a colon, as stackcollapse-perf.pl writes it. */
function foldedName(name: string): string {
  return printable(name.replaceAll(';', ':')) || '[empty]';
}

/** Two numbers at the end of a line are a difference to flamegraph.pl; the last frame may end as if it were the first. */
function notTwoCounts(line: string): string {
  return line.replace(/\s+(?=\d+(?:\.\d*)?$)/, '_');
}
