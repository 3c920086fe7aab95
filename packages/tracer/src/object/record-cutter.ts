/** Cuts bytes that come in pieces into records of one size. */
export class RecordCutter {
  readonly #size: number;
  /** What is no whole record yet. */
  #rest: Buffer = Buffer.alloc(0);

  /** @param size of a record, bytes; more than 0 */
  constructor(size: number) {
    this.#size = size;
  }

  /** The records that a piece completes; `isLast`: and what is left, which is shorter. */
  cut(piece: Buffer, isLast: boolean): Buffer[] {
    const bytes = Buffer.concat([this.#rest, piece]);
    const whole = Math.floor(bytes.length / this.#size);
    const records = Array.from({ length: whole }, (_, index) =>
      bytes.subarray(index * this.#size, (index + 1) * this.#size),
    );
    const rest = bytes.subarray(whole * this.#size);
    if (isLast && rest.length > 0) records.push(rest);
    this.#rest = isLast ? Buffer.alloc(0) : rest;
    return records;
  }
}
