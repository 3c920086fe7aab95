import { kernelNeeded } from '../features/needed-kernel.ts';
import { nodeIdentity } from '../node/uname.ts';

/** The verifier's own sentence, with the kernel that has what it refuses where that can be known. */
export function refusalText(reason: string, release: string = nodeIdentity().kernel): string {
  const needed = kernelNeeded(reason, release);
  return needed === null ? reason : `${needed} (${reason})`;
}
