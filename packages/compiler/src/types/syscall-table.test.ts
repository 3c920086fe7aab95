import { describe, expect, test } from 'vitest';
import { syscallTable } from './syscall-table.ts';

const x86 = syscallTable('x86-64');
const arm = syscallTable('arm64');

describe('syscall numbers', () => {
  test.each([
    ['read', 0, 63],
    ['openat', 257, 56],
    ['execve', 59, 221],
    ['openat2', 437, 437],
    ['clone3', 435, 435],
    ['futex_wait', 455, 455],
  ])('%s', (name, onX86, onArm) => {
    expect([x86.number(name), arm.number(name)]).toEqual([onX86, onArm]);
    expect([x86.name(onX86), arm.name(onArm)]).toEqual([name, name]);
  });

  test('arm64 has no calls that others replace', () => {
    expect(['open', 'stat', 'fork', 'pipe', 'dup2'].map((name) => arm.number(name))).toEqual(Array(5).fill(undefined));
  });

  test('numbers nobody has, and names that are no calls', () => {
    expect([x86.name(-1), x86.name(400), x86.name(9999), arm.name(1_000_000)]).toEqual(Array(4).fill(undefined));
    expect([x86.number('constructor'), x86.tracepointNumber('toString')]).toEqual([undefined, undefined]);
  });

  test('tracepoints that go by the function of the kernel', () => {
    expect(x86.tracepointNumber('newfstat')).toBe(5);
    expect(x86.tracepointNumber('umount')).toBe(166);
    expect(x86.tracepointNumber('openat')).toBe(257);
    expect(arm.tracepointNumber('newuname')).toBe(160);
  });
});
