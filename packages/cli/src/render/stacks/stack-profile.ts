import { frameText, type StackFrame } from '@bpfleet/aggregate';
import type { ResultEntry, ResultMap } from '@bpfleet/client';
import { scalarText } from '../scalar-text.ts';

/** A map with stacks in its key, as profilers see it. */
export interface StackProfile {
  /** Of the map, as written, with the `@`. */
  readonly name: string;
  readonly kind: ResultMap['kind'];
  readonly samples: readonly StackSample[];
  /** Entries of no or negative weight, which no profile can show. */
  readonly leftOut: number;
}

export interface StackSample {
  readonly group: string | undefined;
  /** The parts of the key that are no stacks, in the order of the key. */
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  /** The innermost first. */
  readonly frames: readonly StackFrame[];
  /** Positive. */
  readonly weight: bigint;
}

/**
 * The stacks of a map with what they weigh: the value of count and sum, the total of avg and stats, how many values a
 * histogram has. Samples merge by symbol: where in a function the call was is left out. Of several stacks in a key those
 * of user space are outermost, for they called the kernel; else the first in the key is.
 */
export function stackProfile(map: ResultMap): StackProfile {
  const places = map.key.flatMap((type, index) => (type === 'stack' ? [index] : []));
  const user = new Set(places.filter((place) => map.entries.some((entry) => stackAt(entry, place).some(isUserFrame))));
  const outermostFirst = [...places.filter((place) => user.has(place)), ...places.filter((place) => !user.has(place))];
  const samples = new Map<string, StackSample>();
  let leftOut = 0;
  for (const entry of map.entries) {
    const weight = weightOf(map.kind, entry);
    if (weight <= 0n) {
      leftOut += 1;
      continue;
    }
    const labels = entry.key.flatMap((part, index) =>
      places.includes(index)
        ? []
        : [{ name: labelName(index, map.key.length), value: scalarText(part, map.key[index]) }],
    );
    const frames = outermostFirst.toReversed().flatMap((place) => stackAt(entry, place));
    const id = JSON.stringify([entry.group, labels, frames.map((frame) => [frameName(frame), frame.module])]);
    const present = samples.get(id);
    samples.set(id, { group: entry.group, labels, frames, weight: weight + (present?.weight ?? 0n) });
  }
  return { name: map.name, kind: map.kind, samples: [...samples.values()], leftOut };
}

/** What a frame is called where the place within its function does not matter. */
export function frameName(frame: StackFrame): string {
  return frame.symbol === '' ? frameText(frame) : frame.symbol;
}

/** Names of a sample from the outermost: its group, its labels, then who called whom. Never empty. */
export function outermostFirst({ group, labels, frames }: StackSample): string[] {
  const names = [
    ...(group === undefined ? [] : [group]),
    ...labels.map(({ value }) => value),
    ...frames.map(frameName).toReversed(),
  ];
  return names.length === 0 ? ['[no stack]'] : names;
}

/** `place`: of a part whose type is stack. */
function stackAt(entry: ResultEntry, place: number): readonly StackFrame[] {
  return (entry.key[place] ?? []) as readonly StackFrame[];
}

/** Programs and libraries are known by their paths; kernel modules by a name. */
function isUserFrame({ module }: StackFrame): boolean {
  return module.startsWith('/');
}

function weightOf(kind: ResultMap['kind'], entry: ResultEntry): bigint {
  const weight =
    kind === 'hist' || kind === 'lhist'
      ? entry.count
      : kind === 'avg' || kind === 'stats'
        ? entry.total
        : (entry.value as number | string | undefined);
  return BigInt(weight ?? 0);
}

function labelName(index: number, parts: number): string {
  return parts === 2 ? 'key' : `key${index + 1}`;
}
