import fc from 'fast-check';
import { expect, it } from 'vitest';
import { byWindowAndRun, type PackedFrame, unpackFrames, type WindowOfRun } from './packed-frames.ts';

const frames = fc
  .array(
    fc.record({
      windowStart: fc.nat(2),
      run: fc.integer({ min: 1, max: 3 }),
      seq: fc.bigInt(1n, 2n ** 62n),
      payload: fc.uint8Array({ maxLength: 5 }),
    }),
  )
  .map((made): PackedFrame[] => made.sort((a, b) => a.windowStart - b.windowStart || a.run - b.run));

/** As PostgreSQL packs them. */
function pack({ windowStart, seq, run, payload }: PackedFrame): Buffer {
  const header = Buffer.alloc(24);
  header.writeBigInt64BE(BigInt(windowStart), 0);
  header.writeBigInt64BE(seq, 8);
  header.writeInt32BE(run, 16);
  header.writeInt32BE(payload.length, 20);
  return Buffer.concat([header, payload]);
}

it('a page is read as the frames that were packed, and those of a window and a run are one', async () => {
  await fc.assert(
    fc.asyncProperty(frames, async (packed) => {
      const page = Buffer.concat(packed.map(pack));
      const plain = ({ payload, ...frame }: PackedFrame) => ({ ...frame, payload: [...payload] });
      expect([...unpackFrames(page)].map(plain)).toEqual(packed.map(plain));
      async function* pages() {
        for (let at = 0; at < packed.length; at += 3) yield packed.slice(at, at + 3);
      }
      const parts: WindowOfRun[] = [];
      for await (const some of byWindowAndRun(pages())) parts.push(...some);
      expect(parts.flatMap(({ payloads }) => payloads)).toEqual(packed.map(({ payload }) => payload));
      expect(parts.length).toBe(new Set(packed.map(({ windowStart, run }) => `${windowStart} ${run}`)).size);
    }),
  );
});
