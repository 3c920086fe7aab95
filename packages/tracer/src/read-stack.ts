import type { Stack } from '@bpfleet/aggregate';
import { type BpfMap, type KernelFrame, kernelSymbols } from '@bpfleet/kernel';

/** Gives the stack that a map of stacks holds under a number: at most `depth` frames. */
export type StackReader = (map: string, id: bigint, depth: number) => Stack;

/** Frames of the way from a probe into a program, which lie innermost: not what was asked for, and new each time. */
const OWN = /^(0x|ftrace_trampoline$|bpf_trace_run|bpf_trampoline_|__bpf_trace_|__traceiter_)/;

/** For what has no stacks. */
export const noStacks: StackReader = () => [];

/**
 * Reads stacks and finds their symbols, each once: a number means the same stack as long as the map lives. A negative
 * number is no stack.
 */
export function stackReader(
  mapOf: (name: string) => Pick<BpfMap, 'lookup'>,
  find: (address: bigint) => KernelFrame = (address) => kernelSymbols().find(address),
): StackReader {
  const known = new Map<string, Stack>();
  return (map, id, depth) => {
    const signed = BigInt.asIntN(64, id);
    if (signed < 0n) return [];
    const key = `${map} ${signed}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const stack = addresses(mapOf(map), signed).map(find);
    const first = stack.findIndex(({ symbol, module }) => module !== 'bpf' && !OWN.test(symbol));
    const read = (first < 0 ? stack : stack.slice(first)).slice(0, depth);
    known.set(key, read);
    return read;
  };
}

/** Zero ends a stack. */
function addresses(map: Pick<BpfMap, 'lookup'>, id: bigint): bigint[] {
  const key = Buffer.alloc(4);
  key.writeUInt32LE(Number(id), 0);
  const value = map.lookup(key);
  if (value === null) return [];
  const words = new BigUint64Array(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
  const end = words.indexOf(0n);
  return [...(end < 0 ? words : words.subarray(0, end))];
}
