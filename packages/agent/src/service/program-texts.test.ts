import { expect, test } from 'vitest';
import { programTexts } from './program-texts.ts';

const tracing = {
  programText: (id: number) => {
    if (id === 9) throw Object.assign(new Error('cannot open program 9: ENOENT'), { code: 'ENOENT' });
    return { id, name: `p${id}`, instructions: 'x'.repeat(id * 1_000_000) };
  },
};

test('one that is gone has a reason; what an answer has no room for is told, and ends it', () => {
  const texts = programTexts(tracing, [1, 9, 0, 2, 1]);
  expect(texts.map(({ id, reason, instructions }) => [id, reason, instructions.length])).toEqual([
    [1, '', 1_000_000],
    [9, 'cannot open program 9: ENOENT', 0],
    [0, '', 0],
    [2, 'an answer has no room for it: ask for fewer programs', 0],
  ]);
});
