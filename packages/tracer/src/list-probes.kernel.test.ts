import { realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileEnv } from './compile-env.ts';
import { listProbes } from './index.ts';

const names = (pattern: string) => listProbes(pattern).probes.map(({ name }) => name);

describe('every provider lists its probes', () => {
  test.each([
    [
      'software:c*',
      ['context-switches', 'cpu-clock', 'cpu-migrations', 'cpu', 'cs'].map((name) => `software:${name}:`),
    ],
    ['h:cycles', ['hardware:cycles:']],
    ['profile:*', ['hz', 'ms', 's', 'us'].map((unit) => `profile:${unit}:`)],
    ['i:m*', ['interval:ms:']],
    ['self:*', ['self:signal:SIGUSR1']],
    ['tracepoint:*sched_switch', ['tracepoint:sched:sched_switch']],
    ['t:sched:sched_switc?', ['tracepoint:sched:sched_switch']],
    ['rt:sched_switch', ['rawtracepoint:vmlinux:sched_switch']],
    ['rawtracepoint:vmlinux:sched_switch', ['rawtracepoint:vmlinux:sched_switch']],
    ['t*:*sched_switch', ['tracepoint:sched:sched_switch']],
    ['watchpoint:*', []],
    ['nothing:*', []],
  ])('%s', (pattern, expected) => {
    expect(names(pattern)).toEqual(expected);
  });

  test('a word is looked for in all that the kernel has, timers and programs not', () => {
    expect(names('sched_switch')).toEqual(
      expect.arrayContaining(['rawtracepoint:vmlinux:sched_switch', 'tracepoint:sched:sched_switch']),
    );
    expect(names('sched')).toEqual([]);
    expect(names('').some((name) => /^(profile|interval|uprobe|self|kretprobe|fexit):/.test(name))).toBe(false);
  });

  test('of one process what it has mapped, and of a file by the path that was written', () => {
    const { pid } = process;
    const own = (pattern: string) => listProbes(pattern, { pid }).probes.map(({ name }) => name);
    expect(own('uprobe:main')).toContain(`uprobe:/proc/${pid}/root${realpathSync(process.execPath)}:main`);
    expect(own('main')).toEqual(expect.arrayContaining(own('uprobe:main')));
    const path = relative(process.cwd(), process.execPath);
    expect(names(`uprobe:${path}:main`)).toEqual([`uprobe:${path}:main`]);
  });

  test('arguments with their types, as C writes them', () => {
    const [raw] = listProbes('rt:sched_switch', { arguments: true }).probes;
    expect(raw?.arguments).toEqual(
      expect.arrayContaining([
        { type: 'bool', name: 'preempt' },
        { type: 'struct task_struct *', name: 'prev' },
      ]),
    );
    const [event] = listProbes('t:sched:sched_switch', { arguments: true }).probes;
    expect(event?.arguments.slice(0, 2)).toEqual([
      { type: 'char', name: 'prev_comm[16]' },
      { type: 'pid_t', name: 'prev_pid' },
    ]);
  });

  test('iterators and their objects', (context) => {
    if (!compileEnv().features.has('iter')) context.skip('this kernel has no iterators');
    expect(listProbes('iter:task', { arguments: true }).probes).toEqual([
      { name: 'iter:task', arguments: [{ type: 'struct task_struct *', name: 'task' }] },
    ]);
  });

  test('no more than are asked for, and how many there are', () => {
    const { probes, matched } = listProbes('t:sched:*', { limit: 3 });
    expect(probes).toHaveLength(3);
    expect(matched).toBeGreaterThan(3);
  });
});
