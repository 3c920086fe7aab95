import { expect, test } from 'vitest';
import type { Answer } from './answer.ts';
import { parseCaseFile } from './case-file.ts';
import { compare } from './compare.ts';
import { report, table } from './report.ts';

const cases = parseCaseFile('group', '== one\nBEGIN { }\n\n== two\nEND { }\n\n== three\nEND { }\n');
const answer: Answer = { stdout: '', stderr: '', status: 0, timedOut: false, seconds: 1 };
const refusal: Answer = { ...answer, stderr: `stdin:1:2-3: ERROR: Unknown function: 'f'\n`, status: 1 };
const warning: Answer = { ...answer, stderr: 'stdin:1:2-3: WARNING: $a has 5 of @b\n' };
const [one, two, three] = cases;
if (!one || !two || !three) throw new Error('three cases');
const comparisons = [compare(one, answer, answer), compare(two, answer, refusal), compare(three, warning, answer)];

test('the table counts by group and in all', () => {
  const [head, group, total] = table(comparisons).split('\n');
  expect(head?.split(/ {2,}/)).toEqual([
    'group',
    'same',
    'meant',
    'words',
    'differs',
    'ours refuses',
    'theirs refuses',
    'timeout',
    'cases',
  ]);
  expect(group?.trim().split(/ +/)).toEqual(['group', '1', '.', '1', '.', '1', '.', '.', '3']);
  expect(total?.trim().split(/ +/)).toEqual(['total', '1', '.', '1', '.', '1', '.', '.', '3']);
});

test('causes first, then each case that is not the same', () => {
  const text = report(comparisons, 'about\n');
  expect(text).toContain(`   1  ERROR: Unknown function: 'f'  (group)`);
  expect(text).toContain('   1  WARNING: $_ has N of $_  (group)');
  expect(text).toContain('[ours refuses] two\n    END { }\n    status: theirs 0, ours 1\n');
  expect(text).toContain('- stdin:1:2-3: WARNING: $a has 5 of @b');
  expect(text).not.toContain('one');
});
