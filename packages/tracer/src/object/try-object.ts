import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';
import type { TraceLimits } from '../api.ts';
import { TraceError } from '../trace-error.ts';

/** Exit status of that process where the object was refused in good order. */
export const REFUSED = 3;

const PATIENCE_MS = 30_000;
const MAX_REMEMBERED = 256;
/** Digests of objects that were loaded in good order: a check comes before each run, and one trial is enough. */
const survived = new Set<string>();

/**
 * Opens and loads an object in a process of its own, and gives everything back. libbpf and libelf read objects that
 * clang has made; on damaged ones they crash, and that must not take down who traces. Throws TraceError `compile` where
 * that process did not survive it; every other error comes again when the caller loads the object itself.
 */
export async function tryObject(object: Uint8Array, limits: TraceLimits = {}): Promise<void> {
  const digest = createHash('sha256').update(object).digest('hex');
  if (survived.has(digest)) return;
  if (isSea()) {
    const message = 'this agent is the build in one file, which does not run ELF objects yet: run it from its packages';
    throw new TraceError('unsupported', message);
  }
  const isSource = import.meta.url.endsWith('.ts');
  const main = fileURLToPath(new URL(`./try-object-main.${isSource ? 'ts' : 'js'}`, import.meta.url));
  const conditions = isSource ? ['--conditions=bpfleet-source'] : [];
  const child = spawn(process.execPath, [...conditions, main, JSON.stringify(limits)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<{ status: number | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve({ status }));
  });
  // It may be gone before it has read everything.
  child.stdin.on('error', () => undefined);
  child.stdin.end(object);
  const { status } = await ended;
  if (status === REFUSED) return;
  if (status === 0) {
    if (survived.size >= MAX_REMEMBERED) survived.clear();
    survived.add(digest);
    return;
  }
  throw new TraceError('compile', 'the object is damaged: libbpf does not survive reading it; build it again');
}
