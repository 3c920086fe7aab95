import { describe, expect, test } from 'vitest';
import { parseCpuList } from './cpus.ts';

describe('parseCpuList', () => {
  test.each([
    ['0\n', [0]],
    ['0-3\n', [0, 1, 2, 3]],
    ['0-1,4,6-7\n', [0, 1, 4, 6, 7]],
    ['\n', []],
  ])('%j', (text, cpus) => {
    expect(parseCpuList(text)).toEqual(cpus);
  });

  test('refuses what is no list', () => {
    expect(() => parseCpuList('all')).toThrow('not a list of CPUs');
  });
});
