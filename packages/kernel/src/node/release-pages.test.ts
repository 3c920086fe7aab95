import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { releasePages } from './release-pages.ts';

const residentKib = () => Number(/^RssFile:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

test('less of the program is resident, and it goes on', () => {
  const before = residentKib();
  releasePages();
  expect(residentKib()).toBeLessThan(before - 8 * 1024);
  expect(JSON.parse(JSON.stringify({ still: [1, 2, 3] }))).toEqual({ still: [1, 2, 3] });
});
