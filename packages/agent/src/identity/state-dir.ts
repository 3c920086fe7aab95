import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentError, causeOf } from '../agent-error.ts';

/** Where an agent keeps what outlives its process. */
export interface StateDir {
  readonly root: string;
  readonly key: string;
  readonly certificate: string;
  readonly ca: string;
  readonly node: string;
  readonly epoch: string;
  readonly lock: string;
  readonly spool: string;
  readonly socket: string;
}

/** Makes the folder, readable by its owner only. Throws AgentError `bad_state_dir`. */
export async function openStateDir(root: string): Promise<StateDir> {
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    const found = await stat(root);
    if (found.uid !== process.geteuid?.() && process.geteuid?.() !== 0) throw new Error('it belongs to another user');
    if ((found.mode & 0o077) !== 0) await chmod(root, 0o700);
  } catch (error) {
    throw new AgentError('bad_state_dir', `the state folder ${root} cannot be used: ${causeOf(error)}`, {
      cause: error,
    });
  }
  return {
    root,
    key: join(root, 'key.pem'),
    certificate: join(root, 'certificate.pem'),
    ca: join(root, 'ca.pem'),
    node: join(root, 'node.json'),
    epoch: join(root, 'boot-epoch'),
    lock: join(root, 'lock'),
    spool: join(root, 'spool'),
    socket: join(root, 'agent.sock'),
  };
}
