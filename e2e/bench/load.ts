import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process that makes getppid(2) calls when told, and measures them itself. */
export class Load {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>) {
    this.#process = child;
    this.pid = child.pid ?? 0;
    this.#lines = lines;
  }

  static async start(program: string): Promise<Load> {
    const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    const load = new Load(child, createInterface({ input: child.stdout })[Symbol.asyncIterator]());
    await load.#answer();
    return load;
  }

  /** Makes so many calls; resolves with nanoseconds of CPU time a call. */
  async calls(count: number): Promise<number> {
    this.#process.stdin?.write(`calls ${count}\n`);
    return Number(await this.#answer());
  }

  /** Makes so many calls at so many a second; resolves with how many were made a second. */
  async paced(count: number, perSecond: number): Promise<number> {
    this.#process.stdin?.write(`paced ${count} ${perSecond}\n`);
    return Number(await this.#answer());
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.stdin?.end();
    await closed;
  }

  async #answer(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the load ended early');
    return value;
  }
}
