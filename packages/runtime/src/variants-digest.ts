import { createHash } from 'node:crypto';

/**
 * Of scripts of which a node runs the first that fits it: `sha256:` and 64 hexadecimal digits. Nodes compute the same of what
 * they are told to run, and hold it against their policy.
 */
export function variantsDigest(sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const source of sources) hash.update(createHash('sha256').update(source).digest());
  return `sha256:${hash.digest('hex')}`;
}
