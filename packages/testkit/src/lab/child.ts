import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';

export interface ChildOptions {
  /** Where stdout and stderr go. */
  readonly log: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: 'ignore' | 'pipe';
}

/** A process that we started, that dies with us whatever kills us, and that we end by its own pid only. */
export class Child {
  readonly pid: number;
  readonly exited: Promise<number>;
  readonly #process: ChildProcess;
  readonly #log: string;

  /** @throws Error where the command cannot be started */
  constructor(command: string, args: readonly string[], options: ChildOptions) {
    const log = openSync(options.log, 'a');
    this.#log = options.log;
    // PR_SET_PDEATHSIG survives exec, so a killed test leaves no agent behind; its own session keeps the
    // terminal's Ctrl-C from it, which the parent turns into an orderly end.
    this.#process = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], {
      stdio: [options.stdin ?? 'ignore', log, log],
      env: { ...process.env, ...options.env },
      detached: true,
    });
    this.exited = new Promise((resolve) => {
      this.#process.on('exit', (code, signal) => resolve(code ?? (signal ? 128 : 1)));
      this.#process.on('error', () => resolve(127));
    });
    if (this.#process.pid === undefined) throw new Error(`could not start ${command}`);
    this.pid = this.#process.pid;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  write(text: string): void {
    this.#process.stdin?.write(text);
  }

  /** The last lines of its log, for a failure's message. */
  tail(lines = 20): string {
    return readFileSync(this.#log, 'utf8').trim().split('\n').slice(-lines).join('\n');
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#process.kill(signal);
  }

  /** Asks it to end, and after `patienceMs` makes it. Resolves with its exit status. */
  async stop(patienceMs = 10_000): Promise<number> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), patienceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }
}
