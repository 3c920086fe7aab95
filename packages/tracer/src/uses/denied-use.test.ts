import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globMatcher } from '../glob.ts';
import { deniedUse } from './denied-use.ts';
import { globsMeet } from './globs-meet.ts';

const uses = {
  probes: ['kprobe:vfs_read', 'kprobe:tcp_sendmsg+12', 'uprobe:/bin/bash:readline', 'fentry:vmlinux:do_exit'],
  functions: ['count', 'system', 'kstack', 'bpf_probe_write_user'],
};

describe('deniedUse', () => {
  test.each([
    [{ functions: ['system'] }, /forbids the function system \(system\)/],
    [{ functions: ['sys*', 'count'] }, /function system \(sys\*\)/],
    [{ functions: ['probe_write_user'] }, /function bpf_probe_write_user/],
    [{ functions: ['bpf_probe_write_*'] }, /function bpf_probe_write_user/],
    [{ functions: ['syste', 'systems', 'stack'] }, null],
    [{ probes: ['kprobe:vfs_*'] }, /probe kprobe:vfs_read \(kprobe:vfs_\*\)/],
    [{ probes: ['kprobe:tcp_sendmsg'] }, /probe kprobe:tcp_sendmsg\+12/],
    [{ probes: ['uprobe:*'] }, /uprobe:\/bin\/bash:readline/],
    [{ probes: ['f*:do_exit'] }, /fentry:vmlinux:do_exit/],
    [{ probes: ['kprobe', 'vfs_read', 'kretprobe:*'] }, null],
  ] as const)('%j', (denied, words) => {
    const said = deniedUse(uses, { functions: [], probes: [], ...denied });
    if (words === null) expect(said).toBeNull();
    else expect(said).toMatch(words);
  });

  test.each([
    ['kprobe:vfs_read', true],
    ['kprobe:vfs_[rw]ead', true],
    ['kprobe:tcp_*', false],
  ])('an object that attaches to kprobe:vfs_*, where %s is forbidden', (pattern, refused) => {
    const denied = { functions: [], probes: [pattern] };
    expect(deniedUse({ probes: ['kprobe:vfs_*'], functions: [] }, denied) !== null).toBe(refused);
  });
});

const letters = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 6 }).map((parts) => parts.join(''));
const texts = ['', ...sequences(6)];

/** All texts of a and b of up to so many letters. */
function sequences(length: number): string[] {
  if (length === 0) return [];
  const shorter = ['', ...sequences(length - 1)];
  return [...new Set(shorter.flatMap((text) => [`${text}a`, `${text}b`]))];
}

test('two patterns meet where some text matches both', () => {
  fc.assert(
    fc.property(letters, letters, (a, b) => {
      const [inA, inB] = [globMatcher(a), globMatcher(b)];
      // Longer texts than both patterns have letters together are not needed.
      const shortened = a.length + b.length <= 6;
      const found = texts.some((text) => inA(text) && inB(text));
      if (found) expect(globsMeet(a, b)).toBe(true);
      if (shortened && !found) expect(globsMeet(a, b)).toBe(false);
    }),
    { numRuns: 500 },
  );
});
