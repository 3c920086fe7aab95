import type { Scalar } from '@bpfleet/aggregate';
import { fromBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ContractLimits } from './contract-error.ts';
import { EventPages } from './event-pages.ts';
import { FramePayloadSchema } from './gen/bpfleet/trace/v1/result_pb.ts';
import { encodeEvent } from './output-event.ts';

const text = fc.oneof(fc.string({ maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 60 }));
const integer = fc.oneof(
  fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }),
  fc.constantFrom(0n, 1n, -1n, (1n << 52n) - 1n, -(1n << 52n), 1n << 53n, (1n << 63n) - 1n, 1n << 63n, -(1n << 63n)),
);
const value: fc.Arbitrary<Scalar> = fc.oneof(
  integer,
  text,
  fc.boolean(),
  fc.array(fc.record({ symbol: text, module: text, offset: fc.nat() }), { maxLength: 3 }),
);
const event = fc.record({
  at: fc.bigInt({ min: 0n, max: 1n << 62n }),
  type: fc.constantFrom('printf', 'value', 'map', 'time'),
  text,
  values: fc.array(value, { maxLength: 12 }),
});

test('pages hold what the messages would, in order', () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 30 }),
      fc.nat(2 ** 40),
      fc.integer({ min: 1, max: 2_000 }),
      (events, first, size) => {
        const pages = new EventPages(size);
        for (const [index, each] of events.entries()) pages.add(each, first + index);
        const taken = pages.take();
        expect(pages.bytes).toBe(0);
        expect(pages.take()).toEqual([]);
        const decoded = taken.flatMap(({ bytes }) => fromBinary(FramePayloadSchema, bytes).events);
        expect(decoded).toEqual(events.map((each, index) => encodeEvent(each, BigInt(first + index))));
        expect(taken.map(({ events: count }) => count).reduce((sum, count) => sum + count, 0)).toBe(events.length);
        for (const { bytes, events: count } of taken) if (count > 1) expect(bytes.length).toBeLessThanOrEqual(size);
      },
    ),
  );
});

test('a text that is too long is cut, and counted', () => {
  const pages = new EventPages();
  const long = 'x'.repeat(ContractLimits.stringLength + 1);
  for (const each of [long, 'y']) pages.add({ at: 5n, type: 'printf', text: each, values: [] }, 0);
  const taken = pages.take();
  expect(taken.map(({ truncated }) => truncated)).toEqual([1n, 0n]);
  const events = taken.flatMap(({ bytes }) => fromBinary(FramePayloadSchema, bytes).events);
  expect(events.map((each) => each.text.length)).toEqual([ContractLimits.stringLength, 1]);
});
