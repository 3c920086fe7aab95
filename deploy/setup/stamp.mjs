import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './step.mjs';

/** Remembers that something was done for these files' present content. */
export function stamp(name, files) {
  const path = join(root, '.state/setup', name);
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)));
  const digest = hash.digest('hex');
  return {
    holds() {
      try {
        return readFileSync(path, 'utf8') === digest;
      } catch {
        return false;
      }
    },
    set() {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, digest);
    },
  };
}
