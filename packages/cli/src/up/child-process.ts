import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { LIFELINE } from '../lifeline.ts';

/** Lines of a child's log that are kept to explain its end. */
const TAIL = 200;

/**
 * Another bpfleet command as a process of its own. It does not get the terminal's Ctrl-C, so that only we stop it, in
 * order; and it stops by itself should we die, for its stdin is a pipe that we hold.
 */
export class BpfleetProcess {
  readonly name: string;
  readonly ended: Promise<void>;
  readonly #args: readonly string[];
  readonly #log: string;
  readonly #child: ChildProcess;
  #tail: string[] = [];
  #over = false;
  #end = '';

  /** `flags`: of Node. */
  constructor(name: string, args: readonly string[], log: string, flags: readonly string[] = []) {
    this.name = name;
    this.#args = args;
    this.#log = log;
    this.#child = spawn(process.execPath, [...process.execArgv, ...flags, process.argv[1] as string, ...args], {
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...process.env, [LIFELINE]: 'stdin' },
    });
    const file = createWriteStream(log, { flags: 'a', mode: 0o600 });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      file.write(chunk);
      this.#tail = [...this.#tail, ...chunk.toString().split('\n')].filter((line) => line !== '').slice(-TAIL);
    });
    this.ended = new Promise((resolve) => {
      const over = (code: number | Error | null, signal?: NodeJS.Signals | null) => {
        this.#over = true;
        this.#end = code instanceof Error ? code.message : signal ? `killed by ${signal}` : `exit status ${code}`;
        file.end();
        resolve();
      };
      this.#child.once('close', over);
      this.#child.once('error', over);
    });
  }

  get over(): boolean {
    return this.#over;
  }

  /** Why it ended: the sentence that every failing command ends with, or how it was ended. */
  get reason(): string {
    const sentence = this.#tail.findLast((line) => line.startsWith('bpfleet: '));
    return sentence?.slice('bpfleet: '.length) ?? this.#end;
  }

  /** Starts the same command once more. */
  again(): BpfleetProcess {
    return new BpfleetProcess(this.name, this.#args, this.#log);
  }

  /** Asks it to stop, and waits; kills it after `patienceMs`. */
  async stop(patienceMs = 20_000): Promise<void> {
    if (this.#over) {
      return;
    }
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    await this.ended;
    clearTimeout(timer);
  }
}
