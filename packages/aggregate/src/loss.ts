/**
 * What is missing, by where it went missing.
 * Law: produced = stored + kernel + sampledOut + evicted + mapFull. Truncated values are stored, shortened, and what could not be
 * read is stored empty.
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
  /** Reads of memory that failed: it was not there, or not in memory. */
  readFailed: bigint;
}

export function noLoss(): LossCounts {
  return { kernel: 0n, sampledOut: 0n, truncated: 0n, evicted: 0n, mapFull: 0n, readFailed: 0n };
}

export function addLoss(a: LossCounts, b: LossCounts): LossCounts {
  return combine(a, b, (x, y) => x + y);
}

/** What was lost since `b`, given the totals now in `a`. */
export function subtractLoss(a: LossCounts, b: LossCounts): LossCounts {
  return combine(a, b, (x, y) => x - y);
}

/** Records that were produced and are nowhere stored: everything but `truncated` and `readFailed`. */
export function lostRecords(loss: LossCounts): bigint {
  return loss.kernel + loss.sampledOut + loss.evicted + loss.mapFull;
}

function combine(a: LossCounts, b: LossCounts, of: (x: bigint, y: bigint) => bigint): LossCounts {
  return {
    kernel: of(a.kernel, b.kernel),
    sampledOut: of(a.sampledOut, b.sampledOut),
    truncated: of(a.truncated, b.truncated),
    evicted: of(a.evicted, b.evicted),
    mapFull: of(a.mapFull, b.mapFull),
    readFailed: of(a.readFailed, b.readFailed),
  };
}
