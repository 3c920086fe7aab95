import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LocalError } from './local-error.ts';

/** A command of `-c`: its process exists, so that its number is known, but it waits. */
export interface HeldCommand {
  readonly pid: number;
  /** Lets it become the command. */
  go(): void;
  /** What to do when it has ended. */
  onEnd(done: () => void): void;
  /** How it ended; null while it runs. */
  ended(): { readonly code: number | null; readonly signal: NodeJS.Signals | null } | null;
  /** Ends it with SIGTERM where it still runs, and waits for its end. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 2000;

/**
 * Waits for a line on descriptor 3, then becomes the command, in the same process. The command is called by the name that was
 * written, which only bash can do of a file that was found in PATH.
 */
const HOLD = 'read -r _ <&3; exec 3<&-; exec "$@"';
const HOLD_BY_NAME = 'read -r _ <&3; exec 3<&-; exec -a "$0" "$@"';
const BASH = '/bin/bash';

/**
 * Starts the process of a command and holds it back. The command is split at spaces, without a shell, as bpftrace does.
 * Throws LocalError where there is no such program.
 */
export function holdCommand(command: string): HeldCommand {
  const [name = '', ...args] = command.split(/\s+/).filter((word) => word !== '');
  const program = findProgram(name);
  const [shell, hold] = program !== name && isProgram(BASH) ? [BASH, HOLD_BY_NAME] : ['/bin/sh', HOLD];
  const child = spawn(shell, ['-c', hold, name, program, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  if (child.pid === undefined) throw new LocalError('Failed to fork child: /bin/sh does not start');
  return new Held(child, child.pid);
}

class Held implements HeldCommand {
  readonly pid: number;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
    // A child that was ended while it waited has closed its end; that it ended is told by 'exit'.
    this.#child.stdio[3]?.on('error', () => undefined);
  }

  go(): void {
    const gate = this.#child.stdio[3];
    if (gate !== null && gate !== undefined && 'end' in gate) gate.end('\n');
  }

  onEnd(done: () => void): void {
    if (this.ended() === null) this.#child.once('exit', done);
    else done();
  }

  ended(): ReturnType<HeldCommand['ended']> {
    const { exitCode: code, signalCode: signal } = this.#child;
    return code === null && signal === null ? null : { code, signal };
  }

  async stop(): Promise<void> {
    if (this.ended() !== null) return;
    const end = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    // A command that does not care for SIGTERM must not keep the trace's process for ever.
    const last = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    await end;
    clearTimeout(last);
  }
}

function findProgram(name: string): string {
  const folders = name.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter);
  for (const folder of folders) {
    const path = folder === '' ? name : join(folder, name);
    if (isProgram(path)) return path;
  }
  const reason = 'does not exist or is not executable (No such file or directory)';
  throw new LocalError(`Failed to fork child: Path '${name}' ${reason}`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
