import type { ResultDocument } from '@bpfleet/aggregate';
import type { RunLog, SyntheticWindow } from '@bpfleet/testkit/simulator';
import { sheetDiffers } from './check-sheet.ts';
import type { StoredFrame } from './stored-frames.ts';

export interface SyntheticTruth {
  readonly windows: readonly SyntheticWindow[];
  /** What the agents say that they produced. */
  readonly logs: readonly RunLog[];
  readonly names: ReadonlyMap<string, string>;
  readonly frames: readonly StoredFrame[];
  /** By node. */
  readonly document: ResultDocument;
}

/** Every way in which the controllers' answer differs from what simulated agents made: lost, double, changed, or sums that are wrong. */
export function syntheticDiffers(truth: SyntheticTruth): string[] {
  return [...framesDiffer(truth), ...sumsDiffer(truth), ...sheetDiffers(truth.document)];
}

/** Every frame is stored once, as it was made; one that the full spool dropped may be stored as what stands for it. */
function framesDiffer({ logs, windows, frames }: SyntheticTruth): string[] {
  const stored = new Map<string, StoredFrame[]>();
  for (const frame of frames) {
    const id = `${frame.nodeId} ${frame.bootEpoch} ${frame.seq}`;
    stored.set(id, [...(stored.get(id) ?? []), frame]);
  }
  const wrong: string[] = [];
  for (const { nodeId, bootEpoch, frames: made, evicted } of logs) {
    const dropped = new Set(evicted);
    for (const [index, variant] of made.entries()) {
      const id = `${nodeId} ${bootEpoch} ${index + 1}`;
      const copies = stored.get(id) ?? [];
      stored.delete(id);
      if (copies.length !== 1) wrong.push(`frame ${id} is stored ${copies.length} times`);
      const [copy] = copies;
      const stands = dropped.has(index + 1) && copy?.records === 0;
      if (copy && !stands && Buffer.compare(copy.payload, windows[variant]?.payload ?? Buffer.alloc(0)) !== 0) {
        wrong.push(`frame ${id} is not what was sent`);
      }
    }
  }
  return [...wrong, ...[...stored.keys()].map((id) => `frame ${id} was never made`)];
}

/** The merged maps are the sums of what is stored, which was just compared with what was sent. */
function sumsDiffer({ logs, windows, frames, names, document }: SyntheticTruth): string[] {
  const kept = new Set(frames.filter(({ records }) => records > 0).map((f) => `${f.nodeId} ${f.bootEpoch} ${f.seq}`));
  const expected = new Map<string, bigint>();
  const add = (key: string, by: bigint) => expected.set(key, (expected.get(key) ?? 0n) + by);
  for (const { nodeId, bootEpoch, frames: made } of logs) {
    for (const [index, variant] of made.entries()) {
      const window = windows[variant];
      if (!window || !kept.has(`${nodeId} ${bootEpoch} ${index + 1}`)) continue;
      for (const [task, count] of window.counts) add(`@opens ${names.get(nodeId)} ${task}`, count);
      add(`@us ${names.get(nodeId)}`, window.values);
    }
  }
  const found = new Map<string, bigint>();
  for (const { name, entries } of document.maps) {
    for (const { group, key, value, count } of entries) {
      found.set([name, group, ...key].join(' '), BigInt((name === '@us' ? count : value) as number | string));
    }
  }
  const keys = [...new Set([...expected.keys(), ...found.keys()])];
  return keys
    .filter((key) => expected.get(key) !== found.get(key))
    .map((key) => `${key} is ${found.get(key)}, it should be ${expected.get(key)}`);
}
