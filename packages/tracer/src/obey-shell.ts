import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { getSystemErrorMessage } from 'node:util';

/** What cat() or system() printed; and what to complain of, with its line end. */
export interface Printed {
  readonly text: string;
  readonly complaint?: string;
}

/** Most that one file or command may print. */
const MAX_TEXT = 16 * 1024 * 1024;
const CHUNK = 64 * 1024;

/** The text of a file, at most `limit` bytes. It is read up to its end, as those of /proc have no size. */
export function readFile(path: string, limit = MAX_TEXT): Printed {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    const { errno = 0 } = error as NodeJS.ErrnoException;
    return { text: '', complaint: `ERROR: failed to open file '${path}' (${reasonOf(errno)})\n` };
  }
  try {
    const chunks: Buffer[] = [];
    for (let size = 0; size < limit; ) {
      const chunk = Buffer.alloc(Math.min(CHUNK, limit - size));
      const read = readSync(file, chunk);
      if (read === 0) break;
      chunks.push(chunk.subarray(0, read));
      size += read;
    }
    return { text: Buffer.concat(chunks).toString('utf8') };
  } catch {
    // As bpftrace has it: what opens and cannot be read, such as a folder, is empty.
    return { text: '' };
  } finally {
    closeSync(file);
  }
}

/** Runs a command of the shell until it ends. */
export function runCommand(command: string): Printed {
  const { stdout, status, error } = spawnSync('/bin/sh', ['-c', command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: MAX_TEXT,
    encoding: 'utf8',
  });
  const text = stdout ?? '';
  if (error !== undefined) return { text, complaint: `ERROR: command failed: ${error.message}\n` };
  return status === 0 ? { text } : { text, complaint: `ERROR: command exited with code ${status ?? 'unknown'}\n` };
}

function reasonOf(errno: number): string {
  const text = getSystemErrorMessage(errno) ?? `errno ${-errno}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
