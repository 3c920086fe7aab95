import type { MapDelta, MapSchema } from '@bpfleet/aggregate';
import { create, type DescMessage, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContractError } from './contract-error.ts';
import { deltas, int64, schemas, text, uint64 } from './delta-arbitraries.test-kit.ts';
import {
  EntryDeltaSchema,
  LossCountsSchema,
  type MapDelta as MapDeltaMessage,
  MapDeltaSchema,
  MapSchemaSchema,
  OutputEventSchema,
  ValueSchema,
  MapKind as WireKind,
} from './gen/bpfleet/trace/v1/result_pb.ts';
import { decodeLoss, encodeLoss } from './loss.ts';
import { decodeMapDelta, encodeMapDelta } from './map-delta.ts';
import { decodeEvent, encodeEvent, type PrintedEvent } from './output-event.ts';
import { decodeScalar, encodeScalar } from './scalar.ts';
import { decodeSchema, decodeSchemas, encodeSchema } from './schema.ts';
import { requireDurationMs, requireTimestampMs, requireTimestampNs, timestampFromMs, timestampFromNs } from './time.ts';

function overTheWire<M extends Message>(desc: DescMessage, message: M): M {
  return fromBinary(desc, toBinary(desc, message)) as M;
}

describe('round trips over the wire', () => {
  test('schemas', () => {
    fc.assert(
      fc.property(schemas, (schema) => {
        expect(decodeSchema(overTheWire(MapSchemaSchema, encodeSchema(schema)))).toEqual(schema);
      }),
    );
  });

  test('map deltas', () => {
    fc.assert(
      fc.property(deltas, ({ schema, delta }) => {
        expect(decodeMapDelta(overTheWire(MapDeltaSchema, encodeMapDelta(delta)), schema)).toEqual(delta);
      }),
    );
  });

  test('a deletion', () => {
    const schema: MapSchema = { id: 1, name: '@m', kind: 'max', key: [], signed: true };
    const delta: MapDelta = { map: 1, entries: [{ key: [], cells: new Map(), deleted: true }] };
    expect(decodeMapDelta(overTheWire(MapDeltaSchema, encodeMapDelta(delta)), schema)).toEqual(delta);
  });

  test('scalars', () => {
    fc.assert(
      fc.property(fc.oneof(int64, uint64, text), (scalar) => {
        expect(decodeScalar(overTheWire(ValueSchema, encodeScalar(scalar)))).toBe(scalar);
      }),
    );
  });

  test('stacks whose names no message may have are shortened, and stay different', () => {
    const frame = (last: string) => [
      { symbol: `v8::${'internal::'.repeat(1_000)}${last}`, module: `/${'folder/'.repeat(600)}${last}`, offset: 1 },
    ];
    const [first, second] = ['Visit', 'Scavenge'].map((last) =>
      decodeScalar(overTheWire(ValueSchema, encodeScalar(frame(last)))),
    );
    expect(first).not.toEqual(second);
    expect(first).toEqual([
      {
        symbol: expect.stringMatching(/^v8::internal::.*…#[0-9a-f]{8}$/),
        module: expect.stringMatching(/^#[0-9a-f]{8}….*folder\/Visit$/),
        offset: 1,
      },
    ]);
  });

  test('losses', () => {
    const counts = { kernel: uint64, sampledOut: uint64, truncated: uint64, evicted: uint64 };
    const loss = fc.record({ ...counts, mapFull: uint64, readFailed: uint64 });
    fc.assert(
      fc.property(loss, (counts) => {
        expect(decodeLoss(overTheWire(LossCountsSchema, encodeLoss(counts)))).toEqual(counts);
      }),
    );
  });

  test('printed events', () => {
    const event: fc.Arbitrary<PrintedEvent> = fc.record({
      at: fc.bigInt({ min: 0n, max: 1n << 62n }),
      type: fc.constantFrom<PrintedEvent['type']>('printf', 'value', 'map'),
      text,
      values: fc.array(fc.oneof(int64, text), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(event, uint64, (printed, ordinal) => {
        const received = decodeEvent(overTheWire(OutputEventSchema, encodeEvent(printed, ordinal)));
        expect(received).toEqual({ ...printed, ordinal });
      }),
    );
  });

  test('times', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (ms) => {
        expect(requireTimestampMs('at', timestampFromMs(ms))).toBe(ms);
        expect(requireTimestampNs('at', timestampFromNs(BigInt(ms) * 1_000_000n + 7n))).toBe(
          BigInt(ms) * 1_000_000n + 7n,
        );
      }),
    );
  });
});

const schema: MapSchema = { id: 1, name: '@m', kind: 'count', key: ['int'], signed: false };
const key = [encodeScalar(5n)];
const delta = (entry: object): MapDeltaMessage =>
  create(MapDeltaSchema, { map: 1, entries: [create(EntryDeltaSchema, { key, slot: [0], cell: [1n], ...entry })] });

describe('what breaks the contract is refused', () => {
  test.each<[string, () => unknown, string]>([
    ['another map', () => decodeMapDelta(delta({}), { ...schema, id: 2 }), 'delta.map'],
    ['a slot beyond the kind', () => decodeMapDelta(delta({ slot: [1] }), schema), 'entry.slot'],
    ['a slot twice', () => decodeMapDelta(delta({ slot: [0, 0], cell: [1n, 1n] })), 'entry.slot'],
    ['a slot without a cell', () => decodeMapDelta(delta({ cell: [] })), 'entry.cell'],
    ['a key part missing', () => decodeMapDelta(delta({ key: [] }), schema), 'entry.key'],
    ['a string for an integer', () => decodeMapDelta(delta({ key: [encodeScalar('a')] }), schema), 'entry.key[0]'],
    ['an integer for a string', () => decodeMapDelta(delta({}), { ...schema, key: ['string'] }), 'entry.key[0]'],
    ['an empty key part', () => decodeMapDelta(delta({ key: [create(ValueSchema)] })), 'entry.key[0]'],
    ['a deleted count', () => decodeMapDelta(delta({ deleted: true }), schema), 'entry.deleted'],
    ['a value in a count', () => decodeMapDelta(delta({ value: encodeScalar(1n) }), schema), 'entry.value'],
    [
      'a plain value without one',
      () => decodeMapDelta(delta({ slot: [], cell: [] }), { ...schema, kind: 'value' }),
      'entry.value',
    ],
    ['a long string', () => decodeScalar(encodeScalar('x'.repeat(65_537))), 'value.str'],
    [
      'an unknown kind',
      () => decodeSchema(create(MapSchemaSchema, { name: '@x', kind: 77 as WireKind })),
      'schema.kind',
    ],
    ['no kind', () => decodeSchema(create(MapSchemaSchema, { name: '@x' })), 'schema.kind'],
    ['a field of nothing', () => decodeSchema(create(MapSchemaSchema, { name: '@x.', kind: 1 })), 'schema.name'],
    ['a strange name', () => decodeSchema(create(MapSchemaSchema, { name: '@x\u001b[2J', kind: 1 })), 'schema.name'],
    [
      'a name of no part of the key',
      () => decodeSchema(create(MapSchemaSchema, { name: '@x', kind: 1, key: ['int'], keyNames: ['a', 'b'] })),
      'schema.key_names',
    ],
    [
      'a strange name of a key',
      () => decodeSchema(create(MapSchemaSchema, { name: '@x', kind: 1, key: ['int'], keyNames: ['a\u001b[2J'] })),
      'schema.key_names',
    ],
    [
      'an endless lhist',
      () =>
        decodeSchema(
          create(MapSchemaSchema, {
            name: '@x',
            kind: WireKind.LHIST,
            lhistMin: 0n,
            lhistMax: 1n << 60n,
            lhistStep: 1n,
          }),
        ),
      'schema.lhist',
    ],
    [
      'too many sub-buckets',
      () => decodeSchema(create(MapSchemaSchema, { name: '@x', kind: WireKind.HIST, histBits: 40 })),
      'schema.hist_bits',
    ],
    ['the same id twice', () => decodeSchemas([encodeSchema(schema), encodeSchema(schema)]), 'maps'],
    ['an event without a time', () => decodeEvent(create(OutputEventSchema, { type: 1 })), 'event.at'],
    ['no time', () => requireTimestampMs('started_at', undefined), 'started_at'],
    ['no duration', () => requireDurationMs('timing.interval', undefined), 'timing.interval'],
  ])('%s', (_, decode, path) => {
    expect(decode).toThrow(ContractError);
    expect(decode).toThrow(expect.objectContaining({ path }));
  });

  test('any bytes at all are decoded or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        let message: MapDeltaMessage;
        try {
          message = fromBinary(MapDeltaSchema, bytes);
        } catch {
          return;
        }
        try {
          decodeMapDelta(message, { ...schema, id: message.map });
        } catch (error) {
          expect(error).toBeInstanceOf(ContractError);
        }
      }),
    );
  });
});
