import type { Arch } from './arch.ts';
import { bundleCode } from './bundle-code.ts';
import { makeExecutable } from './make-executable.ts';

export { type Arch, archs } from './arch.ts';

/** The agent's one file for each architecture asked for: path by architecture. `entry`: tests may let it know more words. */
export async function agentBundles(wanted: readonly Arch[], entry?: string): Promise<Map<Arch, string>> {
  const code = await bundleCode(entry);
  return new Map(wanted.map((arch) => [arch, makeExecutable(code, arch)]));
}
