const TOLERANCE_NS = 2_000_000n;

/** One reading of both clocks: CLOCK_MONOTONIC in nanoseconds, wall clock in milliseconds since the Unix epoch. */
export interface ClockReading {
  readonly monotonicNs: bigint;
  readonly wallMs: number;
}

/** process.hrtime reads CLOCK_MONOTONIC, as bpf_ktime_get_ns does. */
function readClocks(): ClockReading {
  return { monotonicNs: process.hrtime.bigint(), wallMs: Date.now() };
}

/**
 * Turns the kernel's CLOCK_MONOTONIC nanoseconds into nanoseconds since the Unix epoch. The offset is kept until the
 * wall clock has moved by more than 2 ms against it, so that the order of events survives the conversion.
 */
export class WallClock {
  readonly #read: () => ClockReading;
  #offsetNs: bigint;

  constructor(read: () => ClockReading = readClocks) {
    this.#read = read;
    this.#offsetNs = this.#measure();
  }

  /** Follows the wall clock if it was stepped or has drifted. */
  refresh(): void {
    const offset = this.#measure();
    const difference = offset - this.#offsetNs;
    if (difference > TOLERANCE_NS || difference < -TOLERANCE_NS) this.#offsetNs = offset;
  }

  toWallNs(monotonicNs: bigint): bigint {
    return monotonicNs + this.#offsetNs;
  }

  #measure(): bigint {
    const { monotonicNs, wallMs } = this.#read();
    return BigInt(wallMs) * 1_000_000n - monotonicNs;
  }
}
