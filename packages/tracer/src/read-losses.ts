import { type LossCounts, noLoss } from '@bpfleet/aggregate';
import { CounterSlot } from '@bpfleet/compiler';
import type { BpfMap } from '@bpfleet/kernel';

/** The program's own counters, summed over the CPUs: by CounterSlot. */
export function readCounters(map: BpfMap): bigint[] {
  const slots = Object.keys(CounterSlot).length;
  const totals = Array.from({ length: slots }, () => 0n);
  const bytes = Buffer.from(map.lookup(new Uint8Array(map.spec.keySize)) ?? new Uint8Array());
  for (let base = 0; base + slots * 8 <= bytes.length; base += map.stride) {
    for (let slot = 0; slot < slots; slot++) {
      totals[slot] = (totals[slot] ?? 0n) + bytes.readBigUInt64LE(base + slot * 8);
    }
  }
  return totals;
}

/**
 * What has been lost so far. A string whose memory could not be read is stored empty and so counts as truncated.
 *
 * @param unreadable records that came out of a ring and made no sense
 * @param skippedRuns runs of programs that the kernel skipped
 */
export function lossesOf(counters: readonly bigint[], unreadable: bigint, skippedRuns: bigint): LossCounts {
  const count = (slot: keyof typeof CounterSlot) => counters[CounterSlot[slot]] ?? 0n;
  return {
    ...noLoss(),
    kernel: count('ringFull') + count('controlFull') + unreadable + skippedRuns,
    mapFull: count('mapFull'),
    truncated: count('truncated') + count('readFailed'),
  };
}
