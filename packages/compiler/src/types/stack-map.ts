import { type MapSpec, MapType } from '@bpfleet/bpf';
import type { StackType } from './type.ts';

/** The most that kernels keep of a stack (kernel.perf_event_max_stack). */
export const MAX_STACK_DEPTH = 127;
/** What the maps of one kind of stacks may take, and the most stacks that the first is made for. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_STACKS = 65_536;
/** `struct stack_map_bucket` before the frames. */
const BUCKET_BYTES = 24;
/** Innermost frames that are the tracing's own, and are taken off when the stack is read. */
const OWN_FRAMES = 8;

/** Stacks of the kernel or of programs, of one depth, share a map. */
export function stackMapName({ user, depth }: Pick<StackType, 'user' | 'depth'>): string {
  return `${user ? 'u' : 'k'}stacks_${depth}`;
}

/** Where stacks go whose place in the first map is taken, see `stackMapSpecs`. */
export function spillMapName(type: Pick<StackType, 'user' | 'depth'>): string {
  return `${stackMapName(type)}_2`;
}

/** The number of a stack in the second map is told from one in the first by being so much larger. */
export function spilledFrom(type: Pick<StackType, 'user' | 'depth'>): number {
  return stackMapSpecs(type)[0].maxEntries;
}

/**
 * The maps of stacks of one depth: by number, 8 bytes a frame. The kernel takes a power of two of places, and of two stacks whose hashes
 * lead to one place it keeps the first: of n stacks in m places some n / 2m are lost, 6 % of a thousand. The second map, half as
 * large, has those, and loses as many of them again: 1 in 3,000.
 */
export function stackMapSpecs(type: Pick<StackType, 'user' | 'depth'>): readonly [first: MapSpec, spill: MapSpec] {
  const valueSize = Math.min(type.depth + (type.user ? 0 : OWN_FRAMES), MAX_STACK_DEPTH) * 8;
  let maxEntries = MAX_STACKS;
  while (1.5 * maxEntries * (valueSize + BUCKET_BYTES) > MAX_BYTES) maxEntries /= 2;
  const spec = { type: MapType.STACK_TRACE, keySize: 4, valueSize, flags: 0 };
  return [
    { ...spec, name: stackMapName(type), maxEntries },
    { ...spec, name: spillMapName(type), maxEntries: maxEntries / 2 },
  ];
}
