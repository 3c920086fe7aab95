import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

interface WorkloadPlan {
  /** Its main file in this folder, without extension. */
  readonly main: string;
  readonly args?: readonly string[];
  /** What it has open from descriptor 3 on. */
  readonly files?: readonly number[];
}

/** A process of a known tid that makes calls as it is told, and keeps its own exact count of them (`obey-commands.ts`). */
export class WorkloadProcess {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  protected constructor(child: ChildProcess, lines: Interface) {
    this.#process = child;
    this.#lines = lines[Symbol.asyncIterator]();
    this.pid = child.pid ?? 0;
  }

  protected static spawn({ main, args = [], files = [] }: WorkloadPlan): [ChildProcess, Interface] {
    // The same file name, .ts where the source runs and .js where the build does.
    const file = `./${main}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`;
    const stdio: StdioOptions = ['pipe', 'pipe', 'inherit', ...files];
    const child = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args], { stdio });
    if (!child.stdout) throw new Error('the workload has no output');
    return [child, createInterface({ input: child.stdout })];
  }

  /** Makes so many calls at once; resolves with the count so far. */
  calls(times: number): Promise<number> {
    return this.ask(`calls ${times}`);
  }

  /** Makes calls steadily until `stop`. */
  rate(perSecond: number): void {
    this.#process.stdin?.write(`rate ${perSecond}\n`);
  }

  /** Ends `rate`; resolves with the count so far. */
  stop(): Promise<number> {
    return this.ask('stop');
  }

  async close(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.stdin?.end();
    await exited;
  }

  protected ask(command: string): Promise<number> {
    this.#process.stdin?.write(`${command}\n`);
    return this.nextCount();
  }

  protected async nextCount(): Promise<number> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the workload ended early');
    return Number(value);
  }
}
