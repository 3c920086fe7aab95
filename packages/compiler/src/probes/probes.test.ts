import { describe, expect, test } from 'vitest';
import { since510 } from '../compile.test-kit.ts';
import { compile } from '../compile.ts';
import type { CompileEnv } from '../env.ts';

const env: CompileEnv = {
  arch: 'x86-64',
  pageSize: 4096,
  cpus: 2,
  features: new Set([...since510, 'atomic_fetch', 'percpu_lookup', 'long_key']),
  tracepoints: { tracepoint: () => undefined, list: () => [] },
};

function attached(probe: string) {
  const { spec, diagnostics } = compile(`${probe} { @ = count(); }`, env);
  expect(diagnostics).toEqual([]);
  return spec?.programs[0]?.attach;
}

function refused(probe: string) {
  return compile(`${probe} { @ = count(); }`, env).diagnostics.map(({ message }) => message);
}

function named(probe: string) {
  const { outputs, diagnostics } = compile(`${probe} { printf("%s", probe); }`, env);
  expect(diagnostics).toEqual([]);
  return outputs;
}

describe('counters', () => {
  test.each([
    ['software:page-faults', { kind: 'software', event: 'page-faults', config: 2, period: 100n }],
    ['s:faults:7', { kind: 'software', event: 'page-faults', config: 2, period: 7n }],
    ['software:cs', { kind: 'software', event: 'context-switches', config: 3, period: 1000n }],
    ['software:cpu-clock:1e6', { kind: 'software', event: 'cpu-clock', config: 0, period: 1_000_000n }],
    ['software:page-faults:0', { kind: 'software', event: 'page-faults', config: 2, period: 100n }],
    ['hardware:cycles', { kind: 'hardware', event: 'cpu-cycles', config: 0, period: 1_000_000n }],
    ['h:branches:5', { kind: 'hardware', event: 'branch-instructions', config: 4, period: 5n }],
  ])('%s', (probe, attach) => {
    expect(attached(probe)).toEqual(attach);
  });

  test.each([
    ['software:foo', 'foo is not a software probe'],
    ['software:faults:x', 'Invalid count for software probe: invalid integer: x'],
    ['hardware:cyc*', 'wildcards are not allowed for hardware probe type'],
    ['hardware', 'hardware probe type requires 1 or 2 arguments, found 0'],
  ])('%s is refused', (probe, message) => {
    expect(refused(probe)).toEqual([message]);
  });
});

describe('rates', () => {
  test.each([
    ['profile:hz:99', { kind: 'profile', frequency: 99 }],
    ['profile:10ms', { kind: 'profile', periodNs: 10_000_000n }],
    ['interval:1s', { kind: 'interval', periodNs: 1_000_000_000n }],
    ['i:hz:4', { kind: 'interval', periodNs: 250_000_000n }],
    ['interval:5000', { kind: 'interval', periodNs: 5_000n }],
    ['p:us:0x10', { kind: 'profile', periodNs: 16_000n }],
  ])('%s', (probe, attach) => {
    expect(attached(probe)).toEqual(attach);
  });

  test.each([
    ['profile:99', 'Invalid rate of profile probe. Minimum is 1000 or 1us. Found: 99 nanoseconds'],
    ['i:s:0', 'interval frequency should be a positive integer'],
    ['profile:foo:1', 'foo is not an accepted unit of time'],
    ['interval:x', 'Invalid rate of interval probe: invalid integer: x'],
    ['profile:hz:1:2', 'profile probe type requires 1 or 2 arguments, found 3'],
  ])('%s is refused', (probe, message) => {
    expect(refused(probe)).toEqual([message]);
  });

  test('a duration is named in microseconds', () => {
    expect(named('interval:10ms')?.records[0]).toMatchObject({ kind: 'printf', args: [{ size: 24 }] });
  });
});

describe('probes that this node has not', () => {
  const source = (mode: 'error' | 'warn' | 'ignore', probe: string) => {
    const { diagnostics, spec } = compile(`${probe} { @ = count(); }`, { ...env, config: { missingProbes: mode } });
    return [spec?.programs.length, ...diagnostics.map(({ severity, message }) => `${severity}: ${message}`)];
  };
  const none = 'Probe has no valid attach points.';
  const removed = `${none} It is being removed which may cause issues with program behavior.`;

  test.each([
    ['error', 't:a:b, begin', [undefined, 'error: No matches for tracepoint a:b.']],
    ['warn', 't:a:b, begin', [1, 'warning: No matches for tracepoint a:b. Skipping.']],
    ['ignore', 't:a:b, begin', [1]],
    ['error', 't:a:*, begin', [1]],
    ['warn', 't:a:*', [0, `warning: ${removed}`]],
    ['ignore', 't:a:*', [0]],
    [
      'error',
      't:a:*',
      [undefined, `error: ${none} If this is expected, set the 'missing_probes' config variable to 'warn'.`],
    ],
    ['ignore', 'software:nothing', [undefined, 'error: nothing is not a software probe']],
  ] as const)('%s: %s', (mode, probe, expected) => {
    expect(source(mode, probe)).toEqual(expected);
  });

  test('a hundred thousand matches are refused with their number and what to set', () => {
    const names = Array.from({ length: 100_000 }, (_, index) => ({ name: `f${index}`, module: '' }));
    const functions = { count: () => 1, list: () => names };
    const many = { ...env, features: new Set(['kprobe'] as const), functions };
    expect(compile('kprobe:f* { }', many).diagnostics).toMatchObject([
      {
        message: "Can't attach to 100000 probes because it exceeds the current limit of 512 probes.",
        hint: 'name fewer of them, or allow them: config = { max_probes = 100000 }',
      },
    ]);
    const raised = compile('kprobe:f1111* { }', { ...many, config: { maxProbes: 2000 } });
    expect(raised.spec?.programs).toHaveLength(11);
  });
});

describe('watchpoints, signals, tests and benchmarks', () => {
  test('are attached as they are written', () => {
    expect(attached('w:0x1000:4:wr')).toEqual({ kind: 'watchpoint', address: 0x1000n, length: 4, mode: 'rw' });
    expect(attached('self:signal:SIGUSR1')).toEqual({ kind: 'signal', signal: 'SIGUSR1' });
    expect(attached('test:a')).toEqual({ kind: 'test', name: 'a' });
    expect(attached('bench:a')).toEqual({ kind: 'bench', name: 'a' });
  });

  test.each([
    ['watchpoint:0x0:4:w', 'watchpoint must be attached to a non-zero address'],
    ['watchpoint:0x1000:3:w', 'watchpoint length must be one of (1,2,4,8)'],
    ['watchpoint:0x1000:4:q', 'watchpoint mode must be combination of (r,w,x)'],
    ['watchpoint:0x1000:4:ww', 'watchpoint modes may not be duplicated'],
    ['watchpoint:0x1000:4:r', 'invalid watchpoint mode: r'],
    ['watchpoint:0x1000:4', 'watchpoint probe type requires 3 arguments, found 2'],
    ['asyncwatchpoint:0x1000:4:w', 'Invalid probe type: asyncwatchpoint'],
    ['self:foo:SIGUSR1', 'foo is not a supported trigger'],
    ['self:signal:SIGUSR2', 'SIGUSR2 is not a supported signal'],
    ['test', 'test probe type requires 1 arguments, found 0'],
    ['test:a, test:a', '"a" was used as the name for more than one TEST probe'],
  ])('%s is refused', (probe, message) => {
    expect(refused(probe)).toEqual([message]);
  });
});

test('without BTF a type of the kernel is a mistake that says so', () => {
  const { diagnostics } = compile('BEGIN { $t = (struct task_struct *)curtask; if ($t->pid > 0) { exit(); } }', env);
  expect(diagnostics.map(({ message }) => message)).toEqual([
    "the type struct task_struct needs the kernel's BTF (CONFIG_DEBUG_INFO_BTF), which this kernel does not give",
  ]);
});
