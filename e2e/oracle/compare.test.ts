import { expect, test } from 'vitest';
import type { Answer } from './answer.ts';
import { parseCaseFile } from './case-file.ts';
import { compare } from './compare.ts';

const answer: Answer = { stdout: 'a\nb\n', stderr: '', status: 0, timedOut: false, seconds: 1 };

function verdict(theirs: Partial<Answer>, ours: Partial<Answer>, keys = ''): string {
  const [test] = parseCaseFile('group', `== title\nBEGIN { }\n${keys}`);
  if (!test) throw new Error('no case');
  return compare(test, { ...answer, ...theirs }, { ...answer, ...ours }).verdict;
}

test.each([
  ['same', {}, {}, ''],
  ['differs', {}, { stdout: 'a\n' }, ''],
  ['differs', { status: 3 }, { status: 4 }, ''],
  ['words', { stderr: 'x\n' }, {}, ''],
  ['ours refuses', {}, { status: 1 }, ''],
  ['theirs refuses', { status: 1 }, {}, ''],
  ['timeout', {}, { timedOut: true, status: 137 }, ''],
  ['meant', {}, { stdout: 'c\n' }, '-- deviates better'],
  ['same', {}, {}, '-- deviates better'],
  ['same', {}, { stdout: 'b\na\n' }, '-- sort'],
  ['same', { stdout: 'at 12:34:56\n' }, { stdout: 'at 01:02:03\n' }, '-- mask clock'],
  ['differs', { stdout: 'at 12:34:56\n' }, { stdout: 'at noon\n' }, '-- mask clock'],
])('%s: %o and %o %s', (expected, theirs, ours, keys) => {
  expect(verdict(theirs, ours, keys)).toBe(expected);
});

test('what bpftrace says of the machine is left out', () => {
  const limit = `WARNING: Unknown error -1: couldn't set RLIMIT_MEMLOCK for bpftrace. If your program is not loading, ...\n`;
  expect(verdict({ stderr: `${limit}Attached 1 probe\n` }, { stderr: 'Attached 1 probe\n' })).toBe('same');
});
