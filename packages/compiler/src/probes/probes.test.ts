import { describe, expect, test } from 'vitest';
import { compile } from '../compile.ts';
import type { CompileEnv } from '../env.ts';

const env: CompileEnv = {
  arch: 'x86-64',
  pageSize: 4096,
  features: new Set(['atomic_fetch', 'percpu_lookup', 'long_key']),
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
