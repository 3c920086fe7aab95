import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeRing } from './fake-ring.test-kit.ts';
import { pendingBytes, readRecords } from './read-records.ts';

function takeAll(ring: FakeRing, limit = Number.POSITIVE_INFINITY): number[][] {
  const taken: number[][] = [];
  readRecords(ring.memory, limit, (bytes, offset, length) => {
    taken.push([...new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length)]);
  });
  return taken;
}

describe('readRecords', () => {
  test.each([
    ['at the start', 0n],
    ['where the low 32 bits of the positions wrap', 2n ** 32n - 40n],
    ['beyond what a double can hold', 2n ** 60n + 8n],
    ['where the positions themselves wrap', 2n ** 64n - 40n],
  ])('takes records in order %s', (_name, start) => {
    const ring = new FakeRing(start);
    for (let value = 0; value < 40; value++) {
      const payload = new Uint8Array([value, value + 1, value + 2]);
      const offset = ring.reserve(payload);
      if (offset === null) throw new Error('ring is full');
      ring.commit(offset, payload.length);
      expect(takeAll(ring)).toEqual([[...payload]]);
      expect(pendingBytes(ring.memory)).toBe(0);
    }
  });

  test('stops before a record that is still written, and takes it once it is committed', () => {
    const ring = new FakeRing(0n);
    const first = ring.reserve(new Uint8Array([1]));
    const second = ring.reserve(new Uint8Array([2]));
    ring.commit(second ?? 0, 1);
    expect(takeAll(ring)).toEqual([]);
    ring.commit(first ?? 0, 1);
    expect(takeAll(ring)).toEqual([[1], [2]]);
  });

  test('passes over discarded records and gives their room back', () => {
    const ring = new FakeRing(0n);
    ring.commit(ring.reserve(new Uint8Array(16)) ?? 0, 16, true);
    ring.commit(ring.reserve(new Uint8Array([7])) ?? 0, 1);
    expect(takeAll(ring, 1)).toEqual([[7]]);
    expect(pendingBytes(ring.memory)).toBe(0);
  });

  test('sees how full the ring was, also where it filled up while it was read', () => {
    const ring = new FakeRing(0n);
    const add = () => {
      const offset = ring.reserve(new Uint8Array(24));
      if (offset !== null) ring.commit(offset, 24);
      return offset !== null;
    };
    add();
    let isFull = false;
    readRecords(ring.memory, 1, () => {
      while (!isFull) isFull = !add();
    });
    expect(ring.memory.most).toBe(ring.memory.size);
    expect(pendingBytes(ring.memory)).toBeLessThan(ring.memory.size);
  });

  test('takes no more than the limit', () => {
    const ring = new FakeRing(0n);
    for (let value = 0; value < 3; value++) ring.commit(ring.reserve(new Uint8Array([value])) ?? 0, 1);
    expect(takeAll(ring, 0)).toEqual([]);
    expect(takeAll(ring, 2)).toEqual([[0], [1]]);
    expect(takeAll(ring, 2)).toEqual([[2]]);
  });

  test('a record whose reader throws counts as taken', () => {
    const ring = new FakeRing(0n);
    for (let value = 0; value < 2; value++) ring.commit(ring.reserve(new Uint8Array([value])) ?? 0, 1);
    const fail = () => {
      throw new Error('reader');
    };
    expect(() => readRecords(ring.memory, 10, fail)).toThrow('reader');
    expect(takeAll(ring)).toEqual([[1]]);
  });

  test('against a model: whatever is committed arrives once, in order', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('reserve' as const), payload: fc.uint8Array({ maxLength: 60 }) }),
      fc.record({ kind: fc.constant('commit' as const), pick: fc.nat(), discard: fc.boolean() }),
      fc.record({ kind: fc.constant('read' as const), limit: fc.nat(5) }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 61n }), fc.array(step, { maxLength: 200 }), (start, steps) => {
        const ring = new FakeRing(start * 8n);
        const model: { offset: number; payload: number[]; state: 'busy' | 'done' | 'discarded' }[] = [];
        for (const { kind, ...rest } of steps) {
          if (kind === 'reserve' && 'payload' in rest) {
            const offset = ring.reserve(rest.payload);
            if (offset !== null) model.push({ offset, payload: [...rest.payload], state: 'busy' });
          } else if (kind === 'commit' && 'pick' in rest) {
            const busy = model.filter(({ state }) => state === 'busy');
            const record = busy[rest.pick % Math.max(1, busy.length)];
            if (record === undefined) continue;
            record.state = rest.discard ? 'discarded' : 'done';
            ring.commit(record.offset, record.payload.length, rest.discard);
          } else if (kind === 'read' && 'limit' in rest) {
            const expected: number[][] = [];
            while (model[0] !== undefined && model[0].state !== 'busy' && expected.length < rest.limit) {
              const record = model.shift();
              if (record?.state === 'done') expected.push(record.payload);
            }
            expect(takeAll(ring, rest.limit)).toEqual(expected);
          }
        }
      }),
    );
  });
});
