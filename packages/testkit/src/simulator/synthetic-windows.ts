import type { EntryDelta, MapSchema } from '@bpfleet/aggregate';
import { crc32c, writeMaps } from '@bpfleet/contracts';
import { below, seededRandom } from '../seeded-random.ts';
import { frameContent } from './frame-batch.ts';

/** What a simulated program has: `@opens[comm] = count()` and `@us = hist(...)`. */
export const syntheticSchemas: readonly MapSchema[] = [
  { id: 0, name: '@opens', kind: 'count', key: ['string'], signed: false },
  { id: 1, name: '@us', kind: 'hist', key: [], signed: false },
];

/** The payload of a frame, and what it adds to each map. */
export interface SyntheticWindow {
  readonly payload: Uint8Array;
  /** Of a frame that has this payload. */
  readonly content: Uint8Array;
  /** Map entries in it. */
  readonly records: number;
  /** Of `@opens`, by key. */
  readonly counts: ReadonlyMap<string, bigint>;
  /** Values in `@us`. */
  readonly values: bigint;
}

const histogramBuckets = 24;

/** A few windows, made once from a seed; a frame then only names one, so that millions cost nothing to remember. */
export function syntheticWindows(seed: number, payloadBytes: number, variants = 32): readonly SyntheticWindow[] {
  const random = seededRandom(seed);
  return Array.from({ length: variants }, () => syntheticWindow(random, payloadBytes));
}

/** Keys are added until the payload has its size; of the smallest there is only the histogram. */
function syntheticWindow(random: () => number, payloadBytes: number): SyntheticWindow {
  const count = () => BigInt(1 + below(random, 1_000));
  const cells = new Map(Array.from({ length: histogramBuckets }, (_, bucket) => [bucket + 1, count()]));
  const histogram: EntryDelta = { key: [], cells };
  const counts = new Map<string, bigint>();
  const values = [...cells.values()].reduce((sum, each) => sum + each, 0n);
  let payload = encode(counts, histogram);
  for (let task = 0; payload.length < payloadBytes; task++) {
    counts.set(`task-${task}`, count());
    payload = encode(counts, histogram);
  }
  const records = counts.size + 1;
  return { payload, content: frameContent(payload, crc32c(payload), records), records, counts, values };
}

function encode(counts: ReadonlyMap<string, bigint>, histogram: EntryDelta): Uint8Array {
  const entries = [...counts].map(([key, by]): EntryDelta => ({ key: [key], cells: new Map([[0, by]]) }));
  return writeMaps([...(entries.length > 0 ? [{ map: 0, entries }] : []), { map: 1, entries: [histogram] }]);
}
