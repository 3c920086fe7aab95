import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecordCutter } from './record-cutter.ts';

test('records are the same however the bytes come', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.nat(60), { maxLength: 6 }),
      (whole, size, places) => {
        const cutter = new RecordCutter(size);
        const ends = [...places.map((place) => Math.min(place, whole.length)), whole.length].sort((a, b) => a - b);
        const records = ends.flatMap((end, index) =>
          cutter.cut(Buffer.from(whole.subarray(ends[index - 1] ?? 0, end)), index === ends.length - 1),
        );
        expect(Buffer.concat(records)).toEqual(Buffer.from(whole));
        expect(records.slice(0, -1).every(({ length }) => length === size)).toBe(true);
        expect((records.at(-1)?.length ?? 0) <= size).toBe(true);
      },
    ),
  );
});
