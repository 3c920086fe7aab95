import { create } from '@bufbuild/protobuf';
import {
  type Duration,
  durationFromMs,
  durationMs,
  type Timestamp,
  TimestampSchema,
  timestampFromMs,
  timestampMs,
} from '@bufbuild/protobuf/wkt';
import { ContractError } from './contract-error.ts';

export type { Timestamp };
export { durationFromMs, durationMs, timestampFromMs, timestampMs };

/** Years 1970 to 9999: what a timestamp of an event can be. */
const LAST_SECOND = 253_402_300_799n;

/** Milliseconds since the Unix epoch of a timestamp that must be there. */
export function requireTimestampMs(path: string, timestamp: Timestamp | undefined): number {
  return Number(requireTimestampNs(path, timestamp) / 1_000n) / 1_000;
}

/** Milliseconds of a duration that must be there and must not be negative. */
export function requireDurationMs(path: string, duration: Duration | undefined): number {
  const ms = duration === undefined ? Number.NaN : durationMs(duration);
  if (!(ms >= 0 && Number.isSafeInteger(Math.trunc(ms)))) {
    throw new ContractError(path, 'is not a duration');
  }
  return ms;
}

/** From nanoseconds since the Unix epoch. */
export function timestampFromNs(ns: bigint): Timestamp {
  return create(TimestampSchema, { seconds: ns / 1_000_000_000n, nanos: Number(ns % 1_000_000_000n) });
}

/** Nanoseconds since the Unix epoch of a timestamp that must be there. */
export function requireTimestampNs(path: string, timestamp: Timestamp | undefined): bigint {
  const { seconds, nanos } = timestamp ?? { seconds: -1n, nanos: 0 };
  if (seconds < 0n || seconds > LAST_SECOND || nanos < 0 || nanos >= 1_000_000_000) {
    throw new ContractError(path, 'is not a time');
  }
  return seconds * 1_000_000_000n + BigInt(nanos);
}
