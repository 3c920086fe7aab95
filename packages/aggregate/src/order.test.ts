import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareKeys } from './order.ts';
import type { Stack } from './schema.ts';
import { stackId } from './stack-text.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', 'a', 'ab', '\uffee', '\u{1f600}', '\u{1f601}'),
);
const frame = fc
  .record({ symbol: fc.constantFrom('', 'f', 'g'), module: fc.constantFrom('', 'm'), offset: fc.nat(2) })
  .chain((base) =>
    fc.option(fc.constantFrom('t', 'u'), { nil: undefined }).map((text) => (text ? { ...base, text } : base)),
  );
const stack: fc.Arbitrary<Stack> = fc.array(frame, { maxLength: 3 });

describe('compareKeys', () => {
  test('has strings in the order of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareKeys([a], [b]))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  test('has one order of stacks, in which only equal ones are equal', () => {
    fc.assert(
      fc.property(stack, stack, stack, (a, b, c) => {
        const [ab, ba, bc, ac] = [
          compareKeys([a], [b]),
          compareKeys([b], [a]),
          compareKeys([b], [c]),
          compareKeys([a], [c]),
        ];
        expect(Math.sign(ab)).toBe(0 - Math.sign(ba));
        expect(ab === 0).toBe(stackId(a) === stackId(b));
        if (ab <= 0 && bc <= 0) expect(ac).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });
});
