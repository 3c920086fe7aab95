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
])('what libbpf says: %s', (said, message) => {
  expect(explainFailure('attach', -2, [said]).message).toBe(message);
});
