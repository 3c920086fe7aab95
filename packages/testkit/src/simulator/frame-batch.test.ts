import {
  ConnectRequestSchema,
  create,
  type FrameSchema,
  type MessageInitShape,
  timestampFromMs,
  toBinary,
} from '@bpfleet/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameBatch, frameContent } from './frame-batch.ts';

const uint32 = fc.nat(2 ** 31 - 1).map((each) => each * 2);
const frame = fc.record({
  sessionId: fc.uuid(),
  bootEpoch: fc.bigInt(1n, 9n),
  seq: fc.bigInt(1n, 2n ** 40n),
  windowStart: fc.nat().map(timestampFromMs),
  windowEnd: fc.nat().map(timestampFromMs),
  payload: fc.uint8Array({ maxLength: 300 }).filter(({ length }) => length > 0),
  crc32c: uint32.filter((each) => each > 0),
  records: uint32,
});

test('a batch of frames is what the generated encoder writes', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 4 }), (frames: MessageInitShape<typeof FrameSchema>[]) => {
      const parts = frames.map(({ payload, crc32c, records, ...head }) => ({
        head,
        content: frameContent(payload ?? new Uint8Array(), crc32c ?? 0, records ?? 0),
      }));
      const message = create(ConnectRequestSchema, { item: { case: 'frames', value: { frames } } });
      expect(Uint8Array.from(frameBatch(parts).bytes)).toEqual(toBinary(ConnectRequestSchema, message));
    }),
  );
});
