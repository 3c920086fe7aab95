import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sequenceMoves } from './parallel-move.ts';

const SPARE = 0;

test('moves one after the other do what all at once would', () => {
  const targets = fc.shuffledSubarray([1, 2, 3, 4, 5]);
  const sources = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(targets, sources, (to, from) => {
      const moves = to.map((target, index) => ({ to: target, from: from[index] ?? 1 }));
      const registers = Array.from({ length: 10 }, (_, index) => `value ${index}`);
      for (const move of sequenceMoves(moves, SPARE)) registers[move.to] = registers[move.from] ?? '';
      for (const move of moves) expect(registers[move.to]).toBe(`value ${move.from}`);
    }),
  );
});

test('a move to itself is none, and a cycle goes through the spare register', () => {
  expect(sequenceMoves([{ from: 3, to: 3 }], SPARE)).toEqual([]);
  expect(
    sequenceMoves(
      [
        { from: 1, to: 2 },
        { from: 2, to: 1 },
      ],
      SPARE,
    ),
  ).toEqual([
    { from: 1, to: 0 },
    { from: 2, to: 1 },
    { from: 0, to: 2 },
  ]);
});
