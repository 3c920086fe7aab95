import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineCutter } from './line-cutter.ts';

test('lines are the same however the text comes', () => {
  const text = fc.array(fc.constantFrom('a', 'bc', '\n'), { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.array(fc.nat(40), { maxLength: 6 }), (whole, places) => {
      const cutter = new LineCutter();
      const ends = [...places.map((place) => Math.min(place, whole.length)), whole.length].sort((a, b) => a - b);
      const lines = ends.flatMap((end, index) => {
        const piece = Buffer.from(whole.slice(ends[index - 1] ?? 0, end));
        return cutter.cut(piece, index === ends.length - 1);
      });
      expect(lines.join('')).toBe(whole === '' || whole.endsWith('\n') ? whole : `${whole}\n`);
      expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
    }),
  );
});

test('a line without end is given in parts', () => {
  const lines = new LineCutter().cut(Buffer.alloc(70_000, 'x'), true);
  expect(lines.map(({ length }) => length)).toEqual([32_768, 32_768, 4_465]);
});
