import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globMatcher } from './glob.ts';

describe('globMatcher', () => {
  test.each([
    ['tracepoint:sched:*', 'tracepoint:sched:sched_switch', true],
    ['tracepoint:sched:*', 'tracepoint:irq:x', false],
    ['*exit*', 'tracepoint:syscalls:sys_exit_read', true],
    ['sys_?xit', 'sys_exit', true],
    ['sys_?xit', 'sys_xit', false],
    ['cpu[01]', 'cpu1', true],
    ['cpu[01]', 'cpu2', false],
    ['a.b', 'axb', false],
    ['a*b*c', 'a_b_b_c', true],
    ['a*b*c', 'a_b_b_d', false],
    ['', '', true],
    ['*', '', true],
    ['[', '[', true],
  ])('%s against %s', (glob, name, matches) => {
    expect(globMatcher(glob)(name)).toBe(matches);
  });

  test('as a regular expression would, but in bounded time', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab*?]{0,12}$/), fc.stringMatching(/^[ab]{0,12}$/), (glob, name) => {
        const expression = new RegExp(`^${glob.replaceAll(/\*+/g, '.*').replaceAll('?', '.')}$`);
        expect(globMatcher(glob)(name)).toBe(expression.test(name));
      }),
    );
    expect(globMatcher('*?'.repeat(500))('x'.repeat(400))).toBe(false);
  });
});
