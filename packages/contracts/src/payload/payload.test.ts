import type { MapDelta, MapSchema } from '@bpfleet/aggregate';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContractError } from '../contract-error.ts';
import { deltas, int64 } from '../delta-arbitraries.test-kit.ts';
import { FramePayloadSchema } from '../gen/bpfleet/trace/v1/result_pb.ts';
import { encodeLoss } from '../loss.ts';
import { decodeMapDelta, encodeMapDelta } from '../map-delta.ts';
import { encodeEvent } from '../output-event.ts';
import { PayloadScan } from './payload-scan.ts';
import { PayloadWriter } from './payload-writer.ts';
import { PayloadReader, writeMaps } from './read-payload.ts';

/** Of a program's maps, each with deltas of its own; no two have the same identifier. */
const payloads = fc.uniqueArray(deltas, { maxLength: 3, selector: ({ schema }) => schema.id }).chain((parts) =>
  fc.record({
    schemas: fc.constant(parts.map(({ schema }) => schema)),
    deltas: fc.shuffledSubarray(parts.map(({ delta }) => delta)),
    events: fc.array(fc.record({ at: fc.constant(7n), text: fc.string(), values: fc.array(int64) }), { maxLength: 2 }),
    lost: fc.boolean(),
  }),
);

type Payload = typeof payloads extends fc.Arbitrary<infer T> ? T : never;

function encode({ deltas: maps, events, lost }: Payload): Uint8Array {
  const message = {
    maps: maps.map(encodeMapDelta),
    events: events.map((event, index) => encodeEvent({ ...event, type: 'printf' }, BigInt(index))),
    ...(lost
      ? { lost: encodeLoss({ kernel: 1n, sampledOut: 0n, truncated: 0n, evicted: 0n, mapFull: 0n, readFailed: 0n }) }
      : {}),
  };
  return toBinary(FramePayloadSchema, create(FramePayloadSchema, message));
}

/** What the generated decoder and `decodeMapDelta` make of the maps, in canonical form; why they refuse them. */
function generic(bytes: Uint8Array, schemas: readonly MapSchema[]): Uint8Array | string {
  let maps: MapDelta[];
  try {
    maps = fromBinary(FramePayloadSchema, bytes).maps.map((delta) => {
      const schema = schemas.find(({ id }) => id === delta.map);
      if (schema === undefined) throw new ContractError('frame.maps', `${delta.map} is no map of the program`);
      return decodeMapDelta(delta, schema);
    });
  } catch (error) {
    return error instanceof ContractError ? error.message : 'frame.payload: cannot be decoded';
  }
  return writeMaps(maps);
}

function read(bytes: Uint8Array, schemas: readonly MapSchema[]): Uint8Array | string {
  try {
    return Uint8Array.from(new PayloadReader(schemas).read(bytes).maps);
  } catch (error) {
    if (error instanceof ContractError) return error.message;
    throw error;
  }
}

const edits = fc.array(fc.record({ at: fc.nat(), remove: fc.nat(2), insert: fc.uint8Array({ maxLength: 2 }) }), {
  minLength: 1,
  maxLength: 3,
});

describe('payloads as bytes', () => {
  test('what our encoder writes is read without a message', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const bytes = encode(payload);
        const { maps, entries, events, lost } = new PayloadReader(payload.schemas).read(bytes);
        expect(maps.buffer).toBe(bytes.buffer);
        expect(Uint8Array.from(maps)).toEqual(writeMaps(payload.deltas));
        expect(entries).toBe(payload.deltas.reduce((sum, delta) => sum + delta.entries.length, 0));
        expect([events.length, lost !== undefined]).toEqual([payload.events.length, payload.lost]);
      }),
    );
  });

  test('whatever bytes come, it is as the generated decoder says', () => {
    fc.assert(
      fc.property(payloads, edits, (payload, changes) => {
        let bytes = [...encode(payload)];
        for (const { at, remove, insert } of changes)
          bytes = bytes.toSpliced(at % (bytes.length + 1), remove, ...insert);
        const changed = Uint8Array.from(bytes);
        expect(read(changed, payload.schemas)).toEqual(generic(changed, payload.schemas));
      }),
      { numRuns: 3_000 },
    );
  });

  test('what is written entry by entry is what the encoder writes', () => {
    fc.assert(
      fc.property(payloads, ({ schemas, deltas: maps }) => {
        const bytes = writeMaps(maps);
        const [scan, writer] = [new PayloadScan(schemas), new PayloadWriter()];
        scan.open(bytes);
        for (const { map, entries } of maps) {
          writer.openMap(map);
          for (const entry of entries) {
            expect(scan.next()).toBe(true);
            // A cell of zero is not written, nor what is no cell.
            const cells = entry.value === undefined && [...entry.cells.values()].every((cell) => cell !== 0n);
            if (cells && entry.cells.size > 0) {
              writer.entry(bytes, scan.keyStart, scan.keyEnd, scan, 0, scan.cells);
            } else {
              writer.copyEntry(bytes, scan.entryStart, scan.entryEnd);
            }
          }
          writer.closeMap();
        }
        expect(scan.next()).toBe(false);
        expect(writer.take()).toEqual(bytes);
      }),
    );
  });
});
