import { getLibc } from '../ffi/libc.ts';

/** Clocks by number (linux/time.h). */
const CLOCK_REALTIME = 0;
const CLOCK_BOOTTIME = 7;
const CLOCK_TAI = 11;
const ROUNDS = 5;

/** Nanoseconds from CLOCK_BOOTTIME to CLOCK_TAI. */
export function taiOffset(): bigint {
  return fromBoot(CLOCK_TAI);
}

/** Nanoseconds from CLOCK_BOOTTIME to CLOCK_REALTIME, which counts from the Unix epoch. */
export function bootToWall(): bigint {
  return fromBoot(CLOCK_REALTIME);
}

/** One clock is read between two readings of the other; the closest of some counts. */
function fromBoot(clock: number): bigint {
  let best: { readonly width: bigint; readonly offset: bigint } | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const before = readClock(CLOCK_BOOTTIME);
    const time = readClock(clock);
    const width = readClock(CLOCK_BOOTTIME) - before;
    if (best === undefined || width < best.width) best = { width, offset: time - before - width / 2n };
  }
  return best?.offset ?? 0n;
}

function readClock(clock: number): bigint {
  const time = Buffer.alloc(16);
  getLibc().clock_gettime(clock, time);
  return time.readBigInt64LE(0) * 1_000_000_000n + time.readBigInt64LE(8);
}
