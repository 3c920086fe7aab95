import { globSync } from 'node:fs';
import { type Executable, findExecutable } from './find-executable.ts';

/** Reading so many takes seconds: whoever wants more can name them. */
const MAX_FILES = 512;

/** The programs and libraries whose paths match `*`, `?` and `[...]`; files of other kinds are left out. */
export function findExecutables(pattern: string): Executable[] {
  if (!pattern.includes('/')) return [];
  const paths = globSync(pattern, { withFileTypes: false }).slice(0, MAX_FILES).sort();
  // What Node finds it names without the `./` that the pattern begins with.
  const start = pattern.startsWith('./') ? './' : '';
  return paths.flatMap((path) => {
    const found = findExecutable(`${start}${path}`);
    return 'reason' in found ? [] : [found];
  });
}
