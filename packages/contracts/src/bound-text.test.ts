import { expect, test } from 'vitest';
import { boundText } from './bound-text.ts';

const long = `std::vector<${'int, '.repeat(100)}>::at`;

test('a text that is short enough stays', () => {
  expect([boundText('', 16), boundText('main', 16), boundText('a'.repeat(16), 16)]).toEqual([
    '',
    'main',
    'a'.repeat(16),
  ]);
});

test('of a longer one there is the start or the end, and what tells it from others', () => {
  expect(boundText(long, 30)).toMatch(/^std::vector<int, int…#[0-9a-f]{8}$/);
  expect(boundText(long, 30, 'end')).toMatch(/^#[0-9a-f]{8}….*>::at$/);
  expect([boundText(long, 30), boundText(long, 30, 'end')].map(({ length }) => length)).toEqual([30, 30]);
  expect(boundText(`${long}x`, 30)).not.toBe(boundText(`${long}y`, 30));
  expect(boundText(`x${long}`, 30, 'end')).not.toBe(boundText(`y${long}`, 30, 'end'));
});
