import { readFile } from 'node:fs/promises';
import { AgentError } from '../agent-error.ts';
import type { StateDir } from '../identity/state-dir.ts';
import { writeDurably } from '../identity/write-durably.ts';

/**
 * Counts the starts of this state folder, durably, so that no two processes ever give a frame the same identity.
 * Throws AgentError `bad_state_dir` if the counter cannot be read: starting over at 1 would break that.
 */
export async function raiseBootEpoch(dir: StateDir): Promise<bigint> {
  const text = await readFile(dir.epoch, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '0';
    throw error;
  });
  if (!/^\d{1,18}\s*$/.test(text)) {
    throw new AgentError(
      'bad_state_dir',
      `${dir.epoch} is damaged: remove ${dir.root} and enrol with a new join token`,
    );
  }
  const epoch = BigInt(text.trim()) + 1n;
  await writeDurably(dir.epoch, `${epoch}\n`);
  return epoch;
}
