import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FleetCommands } from './fleet-commands.ts';

/** Each command of FleetCommands, as a promise. */
type Remote = {
  readonly [K in keyof FleetCommands]: (
    ...args: Parameters<FleetCommands[K]>
  ) => Promise<Awaited<ReturnType<FleetCommands[K]>>>;
};

interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** A simulated fleet in a process of its own. */
export class FleetProcess {
  readonly pid: number;
  readonly commands: Remote;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;

  constructor() {
    // The same file name, .ts where the source runs and .js where the build does.
    const main = `./fleet-main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`;
    this.#child = fork(fileURLToPath(new URL(main, import.meta.url)), { serialization: 'advanced' });
    this.pid = this.#child.pid ?? 0;
    this.#child.on('message', ({ id, answer, error }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(answer);
      else waiting?.reject(new Error(`the simulated fleet: ${error}`));
    });
    this.#child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the process of the simulated fleet ended'));
      this.#waiting.clear();
    });
    this.commands = new Proxy({} as Remote, {
      get:
        (_target, command: string) =>
        (...args: unknown[]) =>
          this.#call(command, args),
    });
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.disconnect();
    await exited;
  }

  #call(command: string, args: readonly unknown[]): Promise<unknown> {
    const waiting = Promise.withResolvers<unknown>();
    const id = ++this.#last;
    this.#waiting.set(id, waiting);
    this.#child.send({ id, command, args });
    return waiting.promise;
  }
}
