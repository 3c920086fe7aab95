import { expect, test } from 'vitest';
import { explainFailure } from './explain-failure.ts';

test.each([
  [
    "libbpf: prog 'f': failed to attach: ERROR: strerror_r(-524)=22\n",
    "cannot attach: prog 'f': failed to attach: ENOTSUPP: this kernel does not support it there",
  ],
  [
    "prog 'f': failed to find kernel BTF type ID of 'g': -3",
    'cannot attach: program "f" is for g, which this kernel\'s types do not have; where the others make sense without it, a manifest says programs: {f: {optional: true}}',
  ],
  [
    "libbpf: prog 'leave': failed to create uretprobe '/bin/bash:0xca920' perf event: Permission denied\n",
    'cannot attach: this kernel gives uprobes to CAP_SYS_ADMIN alone, and so no uretprobe at /bin/bash:0xca920; from 6.6 on they need CAP_PERFMON alone',
  ],
  [
    "libbpf: failed to find BTF for extern 'memcmp': -2\n",
    'cannot attach: it calls memcmp, which is not in it; a newer clang may write it out (of memcmp one from 15 on), or the source must have it',
  ],
])('what libbpf says: %s', (said, message) => {
  expect(explainFailure('attach', -2, [said]).message).toBe(message);
});

test('a program that is refused without a word has the reason of its errno', () => {
  const log = "prog 'f': -- BEGIN PROG LOAD LOG --\nprocessed 0 insns (limit 1000000)\n-- END PROG LOAD LOG --\n";
  const error = explainFailure('load the object', -1, [log]);
  expect(error.code).toBe('EPERM');
  expect(error.message).toMatch(/^cannot load the object: its program "f" was not accepted: EPERM: /);
});
