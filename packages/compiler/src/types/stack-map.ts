import { type MapSpec, MapType } from '@bpfleet/bpf';

/** The most that kernels keep of a stack (kernel.perf_event_max_stack). */
export const MAX_STACK_DEPTH = 127;
/** What a map of stacks may take, and the most stacks it is made for. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_STACKS = 65_536;
/** `struct stack_map_bucket` before the frames. */
const BUCKET_BYTES = 24;
/** Innermost frames that are the tracing's own, and are taken off when the stack is read. */
const OWN_FRAMES = 8;

/** Stacks of one depth share a map. */
export function stackMapName(depth: number): string {
  return `stacks_${depth}`;
}

/** The map of stacks of one depth: by number, 8 bytes a frame. The kernel takes a power of two of places. */
export function stackMapSpec(depth: number): MapSpec {
  const valueSize = Math.min(depth + OWN_FRAMES, MAX_STACK_DEPTH) * 8;
  let maxEntries = MAX_STACKS;
  while (maxEntries * (valueSize + BUCKET_BYTES) > MAX_BYTES) maxEntries /= 2;
  return { name: stackMapName(depth), type: MapType.STACK_TRACE, keySize: 4, valueSize, maxEntries, flags: 0 };
}
