import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import type { OracleCase } from './case-file.ts';
import { bpftraceEnvironment, type Tool } from './tools.ts';

/** Both tools print it alone on a line once everything is attached, where the environment asks for it. */
const attachedWord = '__BPFTRACE_NOTIFY_PROBES_ATTACHED';
/** A tool that has not ended by then is stuck. It is generous: the machine may be busy. */
const limitMs = 20_000;
/** Between an interrupt that is not obeyed and the kill. */
const graceMs = 2_000;

/** Runs one case with one tool, from a folder of its own. `target` is the program that cases trace. */
export async function runCase(tool: Tool, test: OracleCase, target: string): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfleet-oracle-'));
  const before = test.before === null ? null : await startTarget(target, test.before);
  try {
    const values: Record<string, string> = { target, folder, pid: `${before?.pid ?? 0}` };
    const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
    const script = fill(test.script);
    if (test.way === 'file') writeFileSync(join(folder, 'script.bt'), `${script}\n`);
    const command = [
      'exec',
      ...tool.command.map(quote),
      fill(test.options),
      ...(test.child === null ? [] : ['-c', quote(`${target} ${fill(test.child)}`)]),
      { argument: `-e ${quote(script)}`, file: 'script.bt', stdin: '-', none: '' }[test.way],
      fill(test.arguments),
    ].join(' ');
    return await trace(command, folder, test, test.way === 'stdin' ? `${script}\n` : '', fill);
  } finally {
    before?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function trace(
  command: string,
  cwd: string,
  test: OracleCase,
  input: string,
  fill: (text: string) => string,
): Promise<Answer> {
  const start = performance.now();
  // Only where it is waited for: it is printed among the rest.
  const notify = test.after === null ? {} : { [attachedWord]: '1' };
  const env = { ...bpftraceEnvironment(), ...notify, ...test.env };
  const child = spawn('/bin/sh', ['-c', command], { cwd, env, detached: true });
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + (signalNumbers[signal] ?? 0)));
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let [stdout, stderr, timedOut] = ['', '', false];
  const after: Promise<unknown>[] = [];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    if (test.after !== null && after.length === 0 && stdout.includes(`${attachedWord}\n`)) {
      after.push(runAfter(fill(test.after), cwd).then(() => (test.ends ? null : signalGroup(child, 'SIGINT'))));
    }
  });
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const limit = setTimeout(() => {
    timedOut = true;
    signalGroup(child, 'SIGINT');
    setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs).unref();
  }, limitMs);
  const status = await exited;
  clearTimeout(limit);
  await Promise.all(after);
  // What it started and did not wait for.
  signalGroup(child, 'SIGKILL');
  return { stdout, stderr, status, timedOut, seconds: (performance.now() - start) / 1000 };
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It has ended.
  }
}

async function runAfter(command: string, cwd: string): Promise<void> {
  const child = spawn('/bin/sh', ['-c', command], { cwd, stdio: 'ignore' });
  await new Promise((resolve) => child.once('close', resolve));
  // What it caused is on its way through the ring.
  await sleep(150);
}

async function startTarget(target: string, args: string): Promise<ChildProcess> {
  const child = spawn('/bin/sh', ['-c', `exec ${quote(target)} ${args}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  // Its first line says that it is ready.
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
