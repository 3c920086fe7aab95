import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readSync } from 'node:fs';
import type { MapState } from '@bpfleet/aggregate';
import { describe, expect, test } from 'vitest';
import { listProbes, loadTrace, nodeFacts, TraceError } from './index.ts';

const { missing } = nodeFacts();

/** A shell that calls kill(2) through the C library `calls` times once told to go. */
function startShell(calls: number) {
  const script = `read go; i=0; while [ $i -lt ${calls} ]; do kill -0 $$; i=$((i+1)); done`;
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  return { pid: child.pid ?? 0, go: () => child.stdin.write('go\n'), exited };
}

/** Reads a file's first bytes: one vfs_read each, on this thread. */
function readFile(times: number): void {
  const file = openSync('/proc/version', 'r');
  const bytes = Buffer.alloc(777);
  for (let time = 0; time < times; time++) readSync(file, bytes, 0, bytes.length, 0);
  closeSync(file);
}

async function trace(source: string, work: () => unknown) {
  const loaded = await loadTrace({ kind: 'script', source });
  try {
    loaded.attach();
    await work();
    loaded.detach();
    return { maps: loaded.readMaps(), lost: loaded.losses(), text: loaded.drain().map((event) => event.text) };
  } finally {
    loaded.close();
  }
}

function counts(maps: readonly MapState[], name: string): Record<string, bigint | undefined> {
  const map = maps.find(({ schema }) => schema.name === name);
  return Object.fromEntries([...(map?.entries.values() ?? [])].map(({ key, cells }) => [key.join(), cells.get(0)]));
}

const nothingLost = { kernel: 0n, sampledOut: 0n, truncated: 0n, evicted: 0n, mapFull: 0n, readFailed: 0n };

describe('calls of programs', () => {
  test('are counted exactly, of two processes at once, or said to be lost', async () => {
    const [a, b] = [startShell(4000), startShell(3000)];
    const source = `
      uprobe:libc:kill /pid == ${a.pid} || pid == ${b.pid}/ { @[pid, comm, str(arg9)] = count(); }
      uretprobe:libc:kill /pid == ${a.pid} || pid == ${b.pid}/ { @r[pid, retval] = count(); }`;
    const { maps, lost } = await trace(source, async () => {
      a.go();
      b.go();
      await Promise.all([a.exited, b.exited]);
    });
    expect(counts(maps, '@r')).toEqual({ [`${a.pid},0`]: 4000n, [`${b.pid},0`]: 3000n });
    const seen = [...(maps[0]?.entries.values() ?? [])].reduce((sum, { cells }) => sum + (cells.get(0) ?? 0n), 0n);
    expect(seen + lost.kernel).toBe(7000n);
  });

  test('are listed of a program that is named', () => {
    expect(listProbes('uprobe:libc:mallo?').probes.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^uprobe:\/.*libc.*:malloc$/),
    ]);
  });
});

describe('kernel stacks', () => {
  test('of every call, with the symbols of who called', async () => {
    const shell = startShell(500);
    const source = `tracepoint:syscalls:sys_enter_kill /pid == ${shell.pid}/ { @[kstack, pid] = count(); @last = kstack(2); }`;
    const { maps, lost } = await trace(source, async () => {
      shell.go();
      await shell.exited;
    });
    const entries = [...(maps[0]?.entries.values() ?? [])];
    expect(entries.reduce((sum, { cells }) => sum + (cells.get(0) ?? 0n), 0n)).toBe(500n);
    const symbols = entries.flatMap(({ key }) => (Array.isArray(key[0]) ? key[0].map(({ symbol }) => symbol) : []));
    expect(symbols.join()).toMatch(process.arch === 'x64' ? /do_syscall_64/ : /el0_svc/);
    expect(maps[1]?.entries.get('')?.value).toHaveLength(2);
    expect(lost).toEqual(nothingLost);
  });
});

describe('functions of the kernel', () => {
  test('kprobe and kretprobe', async (context) => {
    if (missing.kprobe !== undefined) context.skip(missing.kprobe);
    const mine = `/tid == ${process.pid} && arg2 == 777/`;
    const source = `kprobe:vfs_read ${mine} { @[func] = count(); } kretprobe:vfs_read /tid == ${process.pid}/ { @r[retval > 0] = count(); }`;
    const { maps, lost } = await trace(source, () => readFile(2000));
    expect(counts(maps, '@')).toEqual({ vfs_read: 2000n });
    expect(counts(maps, '@r')).toEqual({ 1: 2000n });
    expect(lost).toEqual(nothingLost);
  });

  test('fentry and fexit, arguments by name and through pointers', async (context) => {
    if (missing.fentry !== undefined) context.skip(missing.fentry);
    const mine = `/tid == ${process.pid} && args.count == 777/`;
    const source = `
      fentry:vfs_read ${mine} { @[str(args.file->f_path.dentry->d_name.name), args.file->f_flags & 3] = count(); }
      fexit:vfs_read ${mine} { @r[retval > 0] = count(); }`;
    const { maps, lost } = await trace(source, () => readFile(2000));
    expect(counts(maps, '@')).toEqual({ 'version,0': 2000n });
    expect(counts(maps, '@r')).toEqual({ 1: 2000n });
    expect(lost).toEqual(nothingLost);
  });

  test.each(['kprobe', 'fentry'])('without %s, a script that needs it is refused with the reason', async (feature) => {
    const loading = loadTrace({ kind: 'script', source: `${feature}:vfs_read { @ = count(); }` });
    if (missing[feature] === undefined) {
      (await loading).close();
      expect(listProbes(`${feature}:*vfs_read`).matched).toBeGreaterThan(0);
    } else {
      await expect(loading).rejects.toThrow(TraceError);
      await expect(loading).rejects.toThrow(`this kernel has no ${feature}`);
      expect(listProbes(`${feature}:*vfs_read`).matched).toBe(0);
    }
  });
});
