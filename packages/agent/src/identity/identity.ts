import { readFile } from 'node:fs/promises';
import { AgentError, causeOf } from '../agent-error.ts';
import type { StateDir } from './state-dir.ts';
import { writeDurably } from './write-durably.ts';

/** Who this node is to its controller. */
export interface Identity {
  readonly nodeId: string;
  readonly name: string;
  readonly keyPem: string;
  readonly certificatePem: string;
  readonly caPem: string;
}

/** The identity that an earlier enrolment left, or null. Throws AgentError `bad_state_dir` if only parts of it are there. */
export async function loadIdentity(dir: StateDir): Promise<Identity | null> {
  const node = await readOrNull(dir.node);
  if (node === null) return null;
  try {
    const { nodeId, name } = JSON.parse(node) as { nodeId?: unknown; name?: unknown };
    if (typeof nodeId !== 'string' || typeof name !== 'string') throw new Error('node.json names no node');
    const [keyPem, certificatePem, caPem] = await Promise.all([
      readFile(dir.key, 'utf8'),
      readFile(dir.certificate, 'utf8'),
      readFile(dir.ca, 'utf8'),
    ]);
    return { nodeId, name, keyPem, certificatePem, caPem };
  } catch (error) {
    throw new AgentError(
      'bad_state_dir',
      `the identity in ${dir.root} is damaged, so remove that folder and enrol with a new join token: ${causeOf(error)}`,
      { cause: error },
    );
  }
}

/** node.json last: it is what says that the rest is whole. */
export async function saveIdentity(dir: StateDir, identity: Identity): Promise<void> {
  await writeDurably(dir.key, identity.keyPem);
  await writeDurably(dir.certificate, identity.certificatePem);
  await writeDurably(dir.ca, identity.caPem);
  await writeDurably(dir.node, `${JSON.stringify({ nodeId: identity.nodeId, name: identity.name })}\n`);
}

async function readOrNull(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new AgentError('bad_state_dir', `${path} cannot be read: ${causeOf(error)}`, { cause: error });
  });
}
