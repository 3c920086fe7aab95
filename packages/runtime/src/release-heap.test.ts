import { expect, test } from 'vitest';
import { releaseHeap } from './release-heap.ts';

test('gives back what is garbage', () => {
  let garbage: number[][] | null = Array.from({ length: 200 }, () =>
    Array.from({ length: 10_000 }, (_, index) => index + 0.5),
  );
  const before = process.memoryUsage().heapUsed;
  expect(garbage).toHaveLength(200);
  garbage = null;
  releaseHeap();
  releaseHeap();
  expect(process.memoryUsage().heapUsed).toBeLessThan(before - 10_000_000);
});
