import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MapState } from '@bpfleet/aggregate';
import { describe, expect, test } from 'vitest';
import { compileEnv } from './compile-env.ts';
import { LoadedTrace } from './loaded-trace.ts';
import { prepareTrace } from './prepare-trace.ts';

const { features } = compileEnv();

/** Traces a shell that runs a command; `{{pid}}` in the script is the shell. */
async function trace(source: string, command: string, without: readonly string[] = []) {
  const child = spawn('/bin/sh', ['-c', `read go; ${command}`], { stdio: ['pipe', 'ignore', 'ignore'] });
  const exited = once(child, 'exit');
  const env = { ...compileEnv(), features: new Set([...features].filter((feature) => !without.includes(feature))) };
  const prepared = prepareTrace({ kind: 'script', source: source.replaceAll('{{pid}}', `${child.pid}`) }, env);
  const loaded = new LoadedTrace(prepared);
  try {
    loaded.attach();
    child.stdin.write('go\n');
    await exited;
    loaded.detach();
    const text = loaded
      .drain()
      .map((event) => event.text)
      .join('');
    return { maps: loaded.readMaps(), text, probes: loaded.probes, programs: loaded.programIds.length };
  } finally {
    loaded.close();
    child.kill('SIGKILL');
  }
}

function counts(maps: readonly MapState[], name: string): Record<string, bigint | undefined> {
  const map = maps.find(({ schema }) => schema.name === name);
  return Object.fromEntries([...(map?.entries.values() ?? [])].map(({ key, cells }) => [key.join(), cells.get(0)]));
}

/** A program of x86-64: a call by the 32-bit way, one with no number, one beyond all numbers, then exit. */
function foreignCalls(): Buffer {
  const code = Buffer.from([
    ...[0xb8, 20, 0, 0, 0, 0xcd, 0x80],
    ...[0xb8, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x05],
    ...[0xb8, 0xff, 0xff, 0, 0, 0x0f, 0x05],
    ...[0xb8, 60, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05],
  ]);
  const file = Buffer.alloc(120);
  file.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(62, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(0x400078n, 24);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64);
  file.writeUInt32LE(5, 68);
  file.writeBigUInt64LE(0x400000n, 80);
  file.writeBigUInt64LE(0x400000n, 88);
  file.writeBigUInt64LE(BigInt(120 + code.length), 96);
  file.writeBigUInt64LE(BigInt(120 + code.length), 104);
  file.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([file, code]);
}

describe.each([
  ['typed arguments', []],
  ['arguments that are read', ['tp_btf']],
  ['arguments in the record of an event', ['steady_raw']],
])('system calls, %s', (_title, without) => {
  test('are counted as the kernel counts them', async () => {
    const mine = '/pid == {{pid}}/';
    const source = `
      tracepoint:syscalls:sys_enter_* ${mine} { @name[probe] = count(); @number[args.__syscall_nr] = count(); }
      tracepoint:raw_syscalls:sys_enter ${mine} { @raw[args.id] = count(); }
      tracepoint:syscalls:sys_exit_* ${mine} { @failed[args.__syscall_nr, args.ret] = count(); }
      tracepoint:raw_syscalls:sys_exit ${mine} { @rawfailed[args.id, args.ret] = count(); }`;
    const { maps, programs, probes } = await trace(source, 'exec ls /etc', without);
    expect(programs).toBe(4);
    expect(probes).toBeGreaterThan(400);
    expect(counts(maps, '@number')).toEqual(counts(maps, '@raw'));
    expect(counts(maps, '@failed')).toEqual(counts(maps, '@rawfailed'));
    expect(Object.values(counts(maps, '@name')).toSorted()).toEqual(Object.values(counts(maps, '@raw')).toSorted());
  });

  test('give their arguments as their own events do', async () => {
    const source = `
      t:syscalls:sys_enter_kill, t:syscalls:sys_enter_tgkill /pid == {{pid}}/ { printf("%d %d %s\\n", args.pid, args.sig, probe); }
      t:syscalls:sys_enter_kill /pid == {{pid}}/ { @[args.pid, kstack(1)] = count(); }
      t:syscalls:sys_enter_openat /pid == {{pid}}/ { printf("%d %s\\n", args.dfd, str(args.filename)); }`;
    const { text } = await trace(source, 'kill -0 -4444444; exec cat /nowhere', without);
    expect(text).toContain('-4444444 0 tracepoint:syscalls:sys_enter_kill\n');
    expect(text).toContain('-100 /nowhere\n');
  });

  test('return ends the clause, not the clauses after it', async () => {
    const source = `
      t:syscalls:sys_enter_kill /pid == {{pid}}/ { if (args.sig == 0) { return; } printf("never\\n"); }
      t:syscalls:sys_enter_k* /pid == {{pid}}/ { printf("second\\n"); }
      t:syscalls:sys_enter_kill /pid == {{pid}}/ { printf("third\\n"); exit(); }`;
    expect((await trace(source, 'kill -0 $$', without)).text).toBe('second\nthird\n');
  });

  test('by the 32-bit way, and numbers that no call has, are left out', async (context) => {
    if (process.arch !== 'x64') context.skip('the program is made for x86-64');
    const folder = mkdtempSync(join(tmpdir(), 'bpfleet-'));
    try {
      const file = join(folder, 'calls');
      writeFileSync(file, foreignCalls(), { mode: 0o755 });
      const source = `t:syscalls:sys_enter_* /pid == {{pid}} && comm == "calls"/ { @[probe] = count(); }
        t:raw_syscalls:sys_enter /pid == {{pid}} && comm == "calls"/ { @all[args.id] = count(); }`;
      const { maps } = await trace(source, `exec ${file}`, without);
      expect(counts(maps, '@')).toEqual({ 'tracepoint:syscalls:sys_enter_exit': 1n });
      expect(counts(maps, '@all')).toEqual({ '-1': 1n, '20': 1n, '60': 1n, '65535': 1n });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
