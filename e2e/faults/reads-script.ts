import { decodeMapDelta, FramePayloadSchema, fromBinary } from '@bpfleet/contracts';
import { NumberedReads } from '@bpfleet/testkit';

const perBucket = 100;
/** By their number in the script. */
const mapNames = ['@n', '@sum', '@last', '@by'] as const;

/** Values of maps by name and key. */
export type MapValues = ReadonlyMap<string, bigint>;

/**
 * Prints the number of each call of a workload, in lines of about `width` bytes, and sums them up; the workload's last call ends it.
 * What is lost or double of these is seen by which numbers they are, and how many a hundred.
 */
export function readsScript(pid: number, width: number): string {
  return `tracepoint:syscalls:sys_enter_pread64 /pid == ${pid} && args.fd == ${NumberedReads.fd}/ {
    if (args.pos == ${NumberedReads.endPosition}) { exit(); } else {
      @n = count(); @sum = sum(args.pos); @last = max(args.pos); @by[args.pos / ${perBucket}] = count();
      printf("%d ${'.'.repeat(width)}\\n", args.pos);
    }
  }`;
}

/** What the maps have after every call from `first` to `last`. */
export function mapsAfter(first: number, last: number): MapValues {
  const values = new Map<string, bigint>();
  if (last < first) return values;
  const calls = BigInt(last - first + 1);
  values.set('@n', calls).set('@last', BigInt(last));
  values.set('@sum', (calls * BigInt(first + last)) / 2n);
  for (let bucket = Math.floor(first / perBucket); bucket * perBucket <= last; bucket++) {
    const [from, to] = [Math.max(first, bucket * perBucket), Math.min(last, (bucket + 1) * perBucket - 1)];
    values.set(`@by ${bucket}`, BigInt(to - from + 1));
  }
  return values;
}

/** The calls that a frame tells of, and what it adds to the maps. */
export interface ReadsPayload {
  readonly numbers: readonly number[];
  readonly adds: MapValues;
}

/** Throws ContractError. */
export function readReads(payload: Uint8Array): ReadsPayload {
  const { events, maps } = fromBinary(FramePayloadSchema, payload);
  const adds = new Map<string, bigint>();
  for (const { map, entries } of maps.map((each) => decodeMapDelta(each))) {
    for (const { key, cells } of entries) adds.set([mapNames[map], ...key].join(' '), cells.get(0) ?? 0n);
  }
  return { numbers: events.map(({ text }) => Number.parseInt(text, 10)), adds };
}

/** Adds to values what frames say. */
export function addUp(payloads: Iterable<ReadsPayload>): MapValues {
  const values = new Map<string, bigint>();
  for (const { adds } of payloads) {
    for (const [key, by] of adds) {
      const so = values.get(key) ?? 0n;
      // The extremes are told as they are, everything else as what came to it.
      values.set(key, key === '@last' ? (by > so ? by : so) : so + by);
    }
  }
  return values;
}
