import type { Stack, StackFrame } from './schema.ts';

/** bpftrace indents the frames of a key by 4, those of a value by 8. */
export const STACK_KEY_INDENT = 4;
export const STACK_VALUE_INDENT = 8;

/** A stack as bpftrace prints it: a line feed, then each frame on a line. */
export function stackText(stack: Stack, indent: number): string {
  return `\n${stack.map((frame) => `${' '.repeat(indent)}${frameText(frame)}\n`).join('')}`;
}

/** `vfs_read+17` */
export function frameText({ symbol, offset, text }: StackFrame): string {
  if (text !== undefined) return text;
  return offset === 0 ? symbol : `${symbol}+${offset}`;
}

/** Equal for equal stacks, and only for those; never equal to the JSON of a string. */
export function stackId(stack: Stack): string {
  return JSON.stringify(stack.map(({ symbol, module, offset, text }) => [symbol, module, offset, text]));
}
