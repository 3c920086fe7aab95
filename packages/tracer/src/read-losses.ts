import { type LossCounts, noLoss } from '@bpfleet/aggregate';
import { CounterSlot } from '@bpfleet/compiler';
import type { BpfMap } from '@bpfleet/kernel';

/** The program's own counters, summed over the CPUs: by CounterSlot, which is the key. */
export function readCounters(map: BpfMap): bigint[] {
  const key = Buffer.alloc(map.spec.keySize);
  return Array.from({ length: map.spec.maxEntries }, (_, slot) => {
    key.writeUInt32LE(slot, 0);
    return sumOfCpus(Buffer.from(map.lookup(key) ?? []), map.stride);
  });
}

function sumOfCpus(bytes: Buffer, stride: number): bigint {
  let sum = 0n;
  for (let base = 0; base < bytes.length; base += stride) sum += bytes.readBigUInt64LE(base);
  return sum;
}

/**
 * What has been lost so far. A stack whose place was taken is stored empty and so counts as truncated.
 *
 * @param unreadable records that came out of a ring and made no sense
 * @param skippedRuns runs of programs that the kernel skipped
 */
export function lossesOf(counters: readonly bigint[], unreadable: bigint, skippedRuns: bigint): LossCounts {
  const count = (slot: keyof typeof CounterSlot) => counters[CounterSlot[slot]] ?? 0n;
  return {
    ...noLoss(),
    kernel: count('ringFull') + count('controlFull') + count('skipped') + unreadable + skippedRuns,
    mapFull: count('mapFull'),
    truncated: count('truncated') + count('stackLost'),
    readFailed: count('readFailed'),
  };
}
