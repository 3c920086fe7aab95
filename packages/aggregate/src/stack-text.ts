import type { Stack, StackFrame } from './schema.ts';

const INDENT = '        ';

/** A stack as bpftrace prints it: a line feed, then each frame on a line. */
export function stackText(stack: Stack): string {
  const margin = (frame: StackFrame) => (frame.text === undefined ? INDENT : '');
  return `\n${stack.map((frame) => `${margin(frame)}${frameText(frame)}\n`).join('')}`;
}

/** `vfs_read+17`; of code without a name where it is, `[libx.so+0x1a2b]`. */
export function frameText({ symbol, module, offset, text }: StackFrame): string {
  if (text !== undefined) return text;
  if (symbol === '') return `[${module.slice(module.lastIndexOf('/') + 1)}+0x${offset.toString(16)}]`;
  // What is no symbol is an address.
  return offset === 0 && symbol.startsWith('0x') ? symbol : `${symbol}+${offset}`;
}

/** Whether a value out of JSON is a frame: no record of a script has all three names but by intent. */
export function isFrame(value: unknown): value is StackFrame {
  return typeof value === 'object' && value !== null && 'symbol' in value && 'module' in value && 'offset' in value;
}

/** Equal for equal stacks, and only for those; never equal to the JSON of a string. */
export function stackId(stack: Stack): string {
  return JSON.stringify(
    stack.map(({ symbol, module, offset, text, buildId }) => [symbol, module, offset, text, buildId]),
  );
}
