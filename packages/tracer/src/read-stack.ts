import type { Stack, StackFrame } from '@bpfleet/aggregate';
import type { DataLayout } from '@bpfleet/compiler';
import { type BpfMap, type KernelFrame, kernelSymbols, userSymbols } from '@bpfleet/kernel';
import type { ScriptProgram } from './api.ts';
import { renderValue } from './render-value.ts';
import type { ValueReaders } from './value-readers.ts';

export type StackData = Extract<DataLayout, { kind: 'stack' }>;

/** Finds the symbols of addresses. */
export interface StackSymbols {
  kernel(address: bigint): KernelFrame;
  user(process: number, address: bigint): StackFrame;
}

/** Those of this node. `unnamed`: see ScriptProgram. */
export function nodeSymbols(unnamed: ScriptProgram['unnamed']): StackSymbols {
  return {
    kernel: (address) => kernelSymbols().find(address),
    user: (process, address) => {
      const { symbol, module, offset, file } = userSymbols().resolve(process, address);
      if (symbol !== '') return { symbol, module, offset };
      if (unnamed === 'place' && file !== undefined) return { symbol, module, ...file };
      return { symbol: `0x${address.toString(16)}`, module, offset };
    },
  };
}

/** Frames of the way from a probe into a program, which lie innermost: not what was asked for, and new each time. */
const OWN = /^(0x|ftrace_trampoline$|bpf_trace_run|bpf_trampoline_|__bpf_trace_)/;

/**
 * Reads stacks and finds their symbols, each once: a number means the same stack as long as the map lives. A negative
 * number is no stack.
 */
export function valueReaders(
  mapOf: (name: string) => Pick<BpfMap, 'lookup'>,
  symbols: StackSymbols = nodeSymbols(undefined),
): ValueReaders {
  const known = new Map<string, Stack>();
  return {
    rendered: renderValue,
    process: (process) => userSymbols().capture(process),
    kernelFrames: (words) => kernelStack(WHOLE, upToZero(words), symbols),
    stack(data, id, process) {
      if (id < 0n) return [];
      const key = `${data.map} ${id} ${process} ${data.mode}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const frames = addressesOf(data, id, mapOf);
      const read = data.user
        ? frames.slice(0, data.depth).map((address) => shown(data, address, symbols.user(process, address)))
        : kernelStack(data, frames, symbols);
      known.set(key, read);
      return read;
    },
  };
}

const WHOLE = { depth: Number.POSITIVE_INFINITY, mode: 'bpftrace', user: false } as const;

function kernelStack(
  data: Pick<StackData, 'depth' | 'mode' | 'user'>,
  frames: readonly bigint[],
  symbols: StackSymbols,
): Stack {
  const stack = frames.map((address) => ({ address, frame: symbols.kernel(address) }));
  const first = stack.findIndex(({ frame }) => frame.module !== 'bpf' && !OWN.test(frame.symbol));
  const asked = (first < 0 ? stack : stack.slice(first)).slice(0, data.depth);
  return asked.map(({ address, frame }) => shown(data, address, frame));
}

/** A frame as its mode prints it: in mode `perf` with the address and, of programs, the file. */
function shown({ mode, user }: Pick<StackData, 'mode' | 'user'>, address: bigint, frame: StackFrame): StackFrame {
  const hex = address.toString(16);
  if (mode === 'raw') return { ...frame, text: hex };
  if (mode !== 'perf') return frame;
  const known = frame.symbol !== '' && !frame.symbol.startsWith('0x');
  const place = known ? `${frame.symbol}+${frame.offset}` : `0x${hex}`;
  const file = known && frame.module !== '' ? frame.module : '[unknown]';
  return { ...frame, text: `\t${hex} ${place}${user ? ` (${file})` : ''}` };
}

/** In the map that the number is of. */
function addressesOf(
  { map, spill }: StackData,
  id: bigint,
  mapOf: (name: string) => Pick<BpfMap, 'lookup'>,
): readonly bigint[] {
  const from = BigInt(spill?.from ?? 0);
  return spill !== undefined && id >= from ? addresses(mapOf(spill.map), id - from) : addresses(mapOf(map), id);
}

/** Zero ends a stack. */
function addresses(map: Pick<BpfMap, 'lookup'>, id: bigint): readonly bigint[] {
  const key = Buffer.alloc(4);
  key.writeUInt32LE(Number(id), 0);
  const value = map.lookup(key);
  if (value === null) return [];
  const words = new BigUint64Array(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
  return upToZero([...words]);
}

function upToZero(words: readonly bigint[]): readonly bigint[] {
  const end = words.indexOf(0n);
  return end < 0 ? words : words.slice(0, end);
}
