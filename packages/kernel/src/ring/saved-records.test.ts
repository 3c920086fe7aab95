import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeRing } from './fake-ring.test-kit.ts';
import { pendingBytes } from './read-records.ts';
import { SavedRecords } from './saved-records.ts';

function take(saved: SavedRecords, limit = Number.POSITIVE_INFINITY): number[][] {
  const taken: number[][] = [];
  saved.take(limit, (bytes, offset, length) => {
    taken.push([...new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length)]);
  });
  return taken;
}

function write(ring: FakeRing, payload: number[], discard = false): void {
  const offset = ring.reserve(Uint8Array.from(payload));
  if (offset === null) throw new Error('ring is full');
  ring.commit(offset, payload.length, discard);
}

test('what is saved is read in order, and the ring has room again', () => {
  const ring = new FakeRing(200n);
  const saved = new SavedRecords();
  for (let value = 0; value < 100; value++) {
    write(ring, [value, value]);
    if (value % 10 === 9) saved.save(ring.memory);
  }
  expect(pendingBytes(ring.memory)).toBe(0);
  expect(saved.size).toBe(1600);
  expect(take(saved, 3)).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
  ]);
  expect(take(saved)).toEqual(Array.from({ length: 97 }, (_, index) => [index + 3, index + 3]));
  expect(saved.size).toBe(0);
});

test('a record that is still written, and what follows it, stays in the ring', () => {
  const ring = new FakeRing(0n);
  const saved = new SavedRecords();
  write(ring, [1]);
  const open = ring.reserve(Uint8Array.of(2));
  write(ring, [3], true);
  write(ring, [4]);
  saved.save(ring.memory);
  expect(take(saved)).toEqual([[1]]);
  ring.commit(open ?? 0, 1);
  saved.save(ring.memory);
  expect(take(saved)).toEqual([[2], [4]]);
});

test('a record whose reader throws counts as taken', () => {
  const ring = new FakeRing(0n);
  const saved = new SavedRecords();
  for (const value of [1, 2]) write(ring, [value]);
  saved.save(ring.memory);
  const fail = () => {
    throw new Error('reader');
  };
  expect(() => saved.take(10, fail)).toThrow('reader');
  expect(take(saved)).toEqual([[2]]);
});

test('whatever is written and saved comes once, in order', () => {
  const step = fc.oneof(
    fc.record({ payload: fc.array(fc.nat(255), { maxLength: 40 }), discard: fc.boolean() }),
    fc.record({ limit: fc.nat(4) }),
    fc.constant('save' as const),
  );
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 61n }), fc.array(step, { maxLength: 100 }), (start, steps) => {
      const ring = new FakeRing(start * 8n);
      const saved = new SavedRecords();
      const written: number[][] = [];
      const read: number[][] = [];
      for (const one of steps) {
        if (one === 'save') saved.save(ring.memory);
        else if ('limit' in one) read.push(...take(saved, one.limit));
        else {
          if (pendingBytes(ring.memory) > 128) saved.save(ring.memory);
          write(ring, one.payload, one.discard);
          if (!one.discard) written.push(one.payload);
        }
      }
      saved.save(ring.memory);
      expect([...read, ...take(saved)]).toEqual(written);
      expect(saved.size).toBe(0);
    }),
  );
});
