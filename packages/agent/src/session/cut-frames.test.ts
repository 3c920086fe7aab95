import { applyDelta, emptyState, type LossCounts, type MapSchema, noLoss } from '@bpfleet/aggregate';
import {
  ContractLimits,
  decodeEvent,
  decodeLoss,
  decodeMapDelta,
  type EventPage,
  EventPages,
  FramePayloadSchema,
  fromBinary,
  PayloadScan,
} from '@bpfleet/contracts';
import type { TraceEvent, TraceWindow } from '@bpfleet/tracer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutFrames, maxPayloadBytes } from './cut-frames.ts';

const schemas: MapSchema[] = [0, 1].map((id) => ({
  id,
  name: `@m${id}`,
  kind: 'hist',
  key: ['string'],
  signed: false,
  histBits: 0,
}));

const cells = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.bigInt({ min: -5n, max: 1n << 40n })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((pairs) => new Map(pairs));
const entries = fc.uniqueArray(fc.record({ key: fc.tuple(fc.string({ maxLength: 20 })), cells }), {
  selector: (entry) => entry.key[0],
  maxLength: 30,
});
const event: fc.Arbitrary<TraceEvent> = fc.record({
  at: fc.bigInt({ min: 0n, max: 1n << 60n }),
  type: fc.constantFrom('printf' as const, 'value' as const, 'map' as const),
  text: fc.string({ maxLength: 50 }),
  values: fc.array(fc.oneof(fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }), fc.string({ maxLength: 9 })), {
    maxLength: 3,
  }),
});
const count = fc.bigInt({ min: 0n, max: 3n });
const lost: fc.Arbitrary<LossCounts> = fc.record({
  kernel: count,
  sampledOut: count,
  truncated: count,
  evicted: count,
  mapFull: count,
  readFailed: count,
});
const content = fc.record({
  maps: fc
    .tuple(entries, entries)
    .map((both) => both.map((each, map) => ({ map, entries: each })).filter((delta) => delta.entries.length > 0)),
  events: fc.array(event, { maxLength: 20 }),
  lost,
});

test('the frames, one after another, are the window; no record is lost or counted twice', () => {
  fc.assert(
    fc.property(content, fc.integer({ min: 60, max: 2_000 }), fc.nat(1_000), (window, maxBytes, ordinal) => {
      const cut = [...cutFrames(window, pagesOf(window.events, ordinal, maxBytes / 2), maxBytes)];
      const payloads = cut.map(({ payload }) => fromBinary(FramePayloadSchema, payload));

      const states = schemas.map(emptyState);
      const expected = schemas.map(emptyState);
      for (const delta of payloads.flatMap((payload) => payload.maps)) {
        const schema = schemas[delta.map] as MapSchema;
        applyDelta(states[delta.map] as never, decodeMapDelta(delta, schema));
      }
      for (const delta of window.maps) applyDelta(expected[delta.map] as never, delta);
      expect(states).toEqual(expected);

      const events = payloads.flatMap((payload) => payload.events).map(decodeEvent);
      expect(events).toEqual(window.events.map((each, index) => ({ ...each, ordinal: BigInt(ordinal + index) })));

      const records = window.maps.reduce((sum, delta) => sum + delta.entries.length, 0) + window.events.length;
      expect(cut.reduce((sum, each) => sum + each.records, 0)).toBe(records);
      payloads.forEach((payload, index) => {
        const counted = payload.maps.reduce((sum, delta) => sum + delta.entries.length, 0) + payload.events.length;
        expect(cut[index]?.records).toBe(counted);
        if (counted > 1) expect(cut[index]?.payload.length).toBeLessThanOrEqual(maxBytes + 40);
        expect(decodeLoss(payload.lost)).toEqual(index === 0 ? window.lost : noLoss());
      });
    }),
  );
});

function pagesOf(events: readonly TraceEvent[], ordinal = 0, bytes?: number): EventPage[] {
  const pages = new EventPages(bytes === undefined ? undefined : Math.floor(bytes));
  for (const [index, each] of events.entries()) pages.add(each, ordinal + index);
  return pages.take();
}

const window = (parts: Partial<TraceWindow>): TraceWindow => ({
  start: 0,
  end: 1,
  maps: [],
  events: [],
  lost: noLoss(),
  ...parts,
});

test('map entries are in the one form that a controller need not take apart', () => {
  fc.assert(
    fc.property(content, fc.integer({ min: 60, max: 2_000 }), (window, maxBytes) => {
      let entries = 0;
      const scan = new PayloadScan(schemas);
      for (const { payload } of cutFrames(window, pagesOf(window.events), maxBytes)) {
        for (scan.open(payload); scan.next(); ) entries++;
      }
      expect(entries).toBe(window.maps.reduce((sum, delta) => sum + delta.entries.length, 0));
    }),
  );
});

test('an empty window is no frame; one that only lost something is', () => {
  expect([...cutFrames(window({}), [])]).toEqual([]);
  expect([...cutFrames(window({ lost: { ...noLoss(), mapFull: 1n } }), [])]).toMatchObject([
    { records: 0, lost: { mapFull: 1n } },
  ]);
});

test('a large window stays below the limit of a frame', () => {
  const many = Array.from({ length: 30_000 }, (_, index) => ({ key: [`process-${index}`], cells: new Map([[0, 1n]]) }));
  const cut = [...cutFrames(window({ maps: [{ map: 0, entries: many }] }), [])];
  expect(cut.length).toBeGreaterThan(2);
  for (const { payload } of cut) expect(payload.length).toBeLessThanOrEqual(maxPayloadBytes);
});

test('a text that the contract does not allow is shortened, and counted', () => {
  const long: TraceEvent = { at: 1n, type: 'map', text: 'x'.repeat(ContractLimits.stringLength + 1), values: [] };
  const [cut] = cutFrames(window({}), pagesOf([long]));
  expect(cut?.lost.truncated).toBe(1n);
  const payload = fromBinary(FramePayloadSchema, cut?.payload ?? new Uint8Array());
  expect(payload.events[0]?.text.length).toBe(ContractLimits.stringLength);
});
