import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** A tool that has attached its programs and is tracing. */
export class TracerProcess {
  /** Milliseconds from its start to the word that all is attached. */
  readonly attachedMs: number;
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #output: { lines: number; at: number };

  private constructor(child: ChildProcess, attachedMs: number, output: { lines: number; at: number }) {
    this.#process = child;
    this.pid = child.pid ?? 0;
    this.attachedMs = attachedMs;
    this.#output = output;
  }

  /** @throws Error with what it said where it ends instead */
  static async start([program, ...args]: readonly [string, ...string[]]): Promise<TracerProcess> {
    const start = performance.now();
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const output = { lines: 0, at: 0 };
    child.stdout.on('data', (chunk: Buffer) => {
      for (let from = chunk.indexOf(10); from >= 0; from = chunk.indexOf(10, from + 1)) output.lines++;
      output.at = performance.now();
    });
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk) => {
        said += chunk;
        if (/^Attached\b/m.test(said)) resolve();
      });
      child.once('error', reject);
      child.once('close', (status) => reject(new Error(`${program} ended with ${status}: ${said.trim()}`)));
    });
    return new TracerProcess(child, performance.now() - start, output);
  }

  /** Lines printed so far, once it has printed none for a while. */
  async settledLines(): Promise<number> {
    const quietMs = 1000;
    do await sleep(quietMs);
    while (performance.now() - this.#output.at < quietMs);
    return this.#output.lines;
  }

  /** Ends it as people do: the C by the end of its input, the others by an interrupt. @returns milliseconds that took */
  async end(): Promise<number> {
    const start = performance.now();
    const closed = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.stdin?.end();
    this.#process.kill('SIGINT');
    await closed;
    return performance.now() - start;
  }
}
