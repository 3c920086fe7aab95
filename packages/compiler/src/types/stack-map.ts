import { type MapSpec, MapType } from '@bpfleet/bpf';
import type { StackType } from './type.ts';

/** The most that kernels keep of a stack (kernel.perf_event_max_stack). */
export const MAX_STACK_DEPTH = 127;
/** What a map of stacks may take, and the most stacks it is made for. */
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

/** The map of stacks of one depth: by number, 8 bytes a frame. The kernel takes a power of two of places. */
export function stackMapSpec(type: Pick<StackType, 'user' | 'depth'>): MapSpec {
  const valueSize = Math.min(type.depth + (type.user ? 0 : OWN_FRAMES), MAX_STACK_DEPTH) * 8;
  let maxEntries = MAX_STACKS;
  while (maxEntries * (valueSize + BUCKET_BYTES) > MAX_BYTES) maxEntries /= 2;
  return { name: stackMapName(type), type: MapType.STACK_TRACE, keySize: 4, valueSize, maxEntries, flags: 0 };
}
