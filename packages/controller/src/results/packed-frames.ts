/** A frame of a page that PostgreSQL put together as one value: a row for each costs more than the frame. */
export interface PackedFrame {
  /** Milliseconds since the Unix epoch. */
  readonly windowStart: number;
  readonly seq: bigint;
  /** Which of the runs that were asked for, from 1. */
  readonly run: number;
  readonly payload: Uint8Array;
}

/** Of a row of `frame`, what `unpackFrames` reads. `run` is the number of its run. */
export const packedFrame = `int8send((extract(epoch from window_start) * 1000)::bigint) || int8send(seq) || int4send(run)
  || int4send(length(payload)) || payload`;

const headerBytes = 24;

export function* unpackFrames(page: Buffer): Generator<PackedFrame> {
  for (let at = 0; at < page.length; ) {
    const end = at + headerBytes + page.readInt32BE(at + 20);
    yield {
      windowStart: Number(page.readBigInt64BE(at)),
      seq: page.readBigInt64BE(at + 8),
      run: page.readInt32BE(at + 16),
      payload: page.subarray(at + headerBytes, end),
    };
    at = end;
  }
}

/** Consecutive frames of one window and one run, as one. */
export async function* byWindowAndRun(
  frames: AsyncIterable<PackedFrame>,
): AsyncGenerator<{ windowStart: number; run: number; payloads: Uint8Array[] }> {
  let part: { windowStart: number; run: number; payloads: Uint8Array[] } | undefined;
  for await (const { windowStart, run, payload } of frames) {
    if (part?.windowStart === windowStart && part.run === run) {
      part.payloads.push(payload);
      continue;
    }
    if (part !== undefined) {
      yield part;
    }
    part = { windowStart, run, payloads: [payload] };
  }
  if (part !== undefined) {
    yield part;
  }
}
