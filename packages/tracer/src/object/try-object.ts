import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TraceLimits } from '../api.ts';
import { sideArguments } from '../side-process/side-process.ts';
import { TraceError } from '../trace-error.ts';
import { REFUSED } from './trial.ts';

/**
 * What a trial may take of a CPU: a second of a slow one. An emulated one counts the time in which it waits for its own
 * turn as well, and may take minutes.
 */
const MAX_CPU_MS = 300_000;
/** And of time, where it waits: on a busy node it may be long before its turn. */
const PATIENCE_MS = 600_000;
const MAX_REMEMBERED = 256;
/** Digests of objects that were loaded in good order: a check comes before each run, and one trial is enough. */
const survived = new Set<string>();
/** By digest and limits: whoever asks for the same meanwhile waits for the same. */
const running = new Map<string, Promise<Ending>>();

/** How a trial's process ended. `status` is null where a signal ended it; `late` where that was ours. */
interface Ending {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly late: boolean;
  /** The last that it wrote to standard error. */
  readonly said: string;
}

/** Of what a trial writes, characters that are kept. */
const MAX_SAID = 2_000;

/**
 * Opens and loads an object in a process of its own, and gives everything back. libbpf and libelf read objects that
 * clang has made; on damaged ones they crash, and that must not take down who traces. Throws TraceError `compile` where
 * that process did not survive it, `limit` where it did not end; every other error comes again when the caller loads the object itself.
 */
export async function tryObject(object: Uint8Array, limits: TraceLimits = {}): Promise<void> {
  const digest = createHash('sha256').update(object).digest('hex');
  if (survived.has(digest)) return;
  const argument = JSON.stringify(limits);
  const key = `${digest} ${argument}`;
  const trial = running.get(key) ?? startTrial(object, argument).finally(() => running.delete(key));
  running.set(key, trial);
  const { status, signal, late, said } = await trial;
  if (status === REFUSED) return;
  if (late) throw new TraceError('limit', `libbpf did not get through the object in ${MAX_CPU_MS / 1000} s of a CPU`);
  if (signal === 'SIGKILL') {
    throw new TraceError('limit', 'the process that tried the object was killed: this node may be short of memory');
  }
  if (signal !== null) {
    throw new TraceError(
      'compile',
      `the object is damaged: libbpf does not survive reading it (${signal}); build it again`,
    );
  }
  if (status !== 0) throw new TraceError('unsupported', `the object could not be tried here: ${reasonIn(said)}`);
  if (survived.size >= MAX_REMEMBERED) survived.clear();
  survived.add(digest);
}

/** Of what Node writes of an error that nobody caught, the error itself. */
function reasonIn(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  return (
    lines.findLast((line) => /^[A-Za-z]*Error\b/.test(line)) ??
    lines.findLast((line) => line !== '') ??
    'it said nothing'
  );
}

function startTrial(object: Uint8Array, limits: string): Promise<Ending> {
  const child = spawn(process.execPath, sideArguments('trial-of-an-object', limits), {
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  const watch = setInterval(() => {
    if (child.pid !== undefined && cpuTimeOf(child.pid) > MAX_CPU_MS) child.kill('SIGKILL');
  }, 1000);
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-MAX_SAID);
    });
    child.once('close', (status, signal) => resolve({ status, signal, late: child.killed, said }));
  }).finally(() => clearInterval(watch));
  // It may be gone before it has read everything.
  child.stdin.on('error', () => undefined);
  child.stdin.end(object);
  return ended;
}

/** Milliseconds of a CPU that a process has had; 0 where it is gone. Fields 14 and 15 of proc_pid_stat(5), in ticks of 10 ms. */
function cpuTimeOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}
