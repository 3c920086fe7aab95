import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Room } from './room.ts';

test('never more than there is room for, in order, and everybody gets in', async () => {
  const amounts = fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(amounts, async (wanted) => {
      const room = new Room(10);
      const order: number[] = [];
      let inside = 0;
      const visits = wanted.map(async (amount, index) => {
        const leave = await room.take(amount);
        inside += Math.min(amount, 10);
        expect(inside).toBeLessThanOrEqual(10);
        order.push(index);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= Math.min(amount, 10);
        leave();
        leave();
      });
      await Promise.all(visits);
      expect(order).toEqual(wanted.map((_, index) => index));
    }),
  );
});
