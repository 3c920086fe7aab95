import type { Stack } from '@bpfleet/aggregate';
import type { DataLayout } from '@bpfleet/compiler';

type StackData = Extract<DataLayout, { kind: 'stack' }>;
type RenderedData = Extract<DataLayout, { kind: 'rendered' }>;

/** What makes sense of values that mean something on this node alone. */
export interface ValueReaders {
  /** A text of so many bytes, which is as long as a text can be, was cut off: this stands for the rest. */
  readonly cut?: { readonly bytes: number; readonly trailer: string };
  /** The stack of a number in its map; `process` is 0 for the kernel's. */
  stack(data: StackData, id: bigint, process: number): Stack;
  /** The kernel's stack of these addresses, which zero ends. */
  kernelFrames(addresses: readonly bigint[]): Stack;
  rendered(data: RenderedData, bytes: Buffer, at: number): string;
  /** A process was heard of whose addresses will come. */
  process(process: number): void;
}

/** For what has neither. */
export const noReaders: ValueReaders = {
  stack: () => [],
  kernelFrames: () => [],
  rendered: () => '',
  process: () => undefined,
};
