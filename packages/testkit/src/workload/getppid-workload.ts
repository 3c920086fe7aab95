import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process of a known tid that makes getppid(2) calls and keeps its own exact count of them. */
export class GetppidWorkload {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: Interface) {
    this.#process = child;
    this.#lines = lines[Symbol.asyncIterator]();
    this.pid = child.pid ?? 0;
  }

  static async start(): Promise<GetppidWorkload> {
    // The same file name, .ts where the source runs and .js where the build does.
    const main = fileURLToPath(
      new URL(`./getppid-main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
    );
    const child = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'inherit'] });
    const workload = new GetppidWorkload(child, createInterface({ input: child.stdout }));
    await workload.#count();
    return workload;
  }

  /** Makes so many calls at once; resolves with the count so far. */
  calls(times: number): Promise<number> {
    this.#process.stdin?.write(`calls ${times}\n`);
    return this.#count();
  }

  /** Makes calls steadily until `stop`. */
  rate(perSecond: number): void {
    this.#process.stdin?.write(`rate ${perSecond}\n`);
  }

  /** Ends `rate`; resolves with the count so far. */
  stop(): Promise<number> {
    this.#process.stdin?.write('stop\n');
    return this.#count();
  }

  async close(): Promise<void> {
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.stdin?.end();
    await exited;
  }

  async #count(): Promise<number> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the workload ended early');
    return Number(value);
  }
}
