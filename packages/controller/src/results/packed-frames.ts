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

/** Frames of one window and one run. */
export interface WindowOfRun {
  readonly windowStart: number;
  readonly run: number;
  readonly payloads: Uint8Array[];
}

/** Consecutive frames of one window and one run as one; those that a page ends with may go on in the next. */
export async function* byWindowAndRun(pages: AsyncIterable<readonly PackedFrame[]>): AsyncGenerator<WindowOfRun[]> {
  let parts: WindowOfRun[] = [];
  for await (const page of pages) {
    for (const { windowStart, run, payload } of page) {
      const last = parts.at(-1);
      if (last?.windowStart === windowStart && last.run === run) {
        last.payloads.push(payload);
      } else {
        parts.push({ windowStart, run, payloads: [payload] });
      }
    }
    yield parts.slice(0, -1);
    parts = parts.slice(-1);
  }
  yield parts;
}
