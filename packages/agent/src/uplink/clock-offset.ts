/** The four times of one exchange, milliseconds: sent and answer received here, received and answered there. */
export interface ClockSample {
  readonly sent: number;
  readonly received: number;
  readonly answered: number;
  readonly arrived: number;
}

const kept = 5;

/** How far the peer's clock is ahead of ours: NTP's offset (RFC 5905, section 8), the median of the last few samples. */
export class ClockOffset {
  #offsets: number[] = [];

  add({ sent, received, answered, arrived }: ClockSample): void {
    // One that took longer than the connection may be silent says nothing, nor does one from another clock's future.
    if (!(arrived >= sent && answered >= received)) return;
    this.#offsets = [...this.#offsets, (received - sent + (answered - arrived)) / 2].slice(-kept);
  }

  /** Milliseconds; 0 before the first sample. */
  get ms(): number {
    const sorted = [...this.#offsets].sort((a, b) => a - b);
    const middle = Math.floor(sorted.length / 2);
    if (sorted.length === 0) return 0;
    const upper = sorted[middle] as number;
    return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
  }
}
