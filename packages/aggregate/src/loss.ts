/**
 * What is missing, by where it went missing.
 * Law: produced = stored + kernel + sampledOut + evicted + mapFull. Truncated values are stored, shortened.
 */
export interface LossCounts {
  /** Ring buffer full, or the kernel skipped a run of the program. */
  kernel: bigint;
  sampledOut: bigint;
  /** Strings longer than the program's limit. */
  truncated: bigint;
  /** Records dropped from the spool because it was full. */
  evicted: bigint;
  /** Updates refused because the map was full. */
  mapFull: bigint;
}
