/** A place in code, and what is known of it. */
export interface SymbolFrame {
  readonly address: bigint;
  /** Empty where the address is in no function that has a name. */
  readonly symbol: string;
  /** Bytes from the start of the function. */
  readonly offset: number;
  /** Of programs the file, of the kernel the module; empty where there is none. */
  readonly module: string;
  /** Of a frame without a symbol in a file: the place in that, bytes, and which build it is where it tells. */
  readonly file?: { readonly offset: number; readonly buildId?: string };
}

/** How stacks are written: bpftrace's `stack_mode`. */
export type StackMode = 'bpftrace' | 'perf' | 'raw';

/**
 * A user stack as bpftrace 0.27 writes it: a line feed, then a line for each frame. `indent` is that of mode `bpftrace`.
 *
 *     bpftrace         getppid+7
 *     perf     <tab>7f88d4592e27 getppid+7 (/usr/lib/x86_64-linux-gnu/libc.so.6)
 *     raw      7f88d4592e27
 */
export function formatUserStack(frames: readonly SymbolFrame[], mode: StackMode, indent: number): string {
  return lines(frames, (frame) => {
    switch (mode) {
      case 'bpftrace':
        return `${' '.repeat(indent)}${place(frame, '')}`;
      case 'perf': {
        const file = frame.symbol === '' || frame.module === '' ? '[unknown]' : frame.module;
        return `\t${hex(frame.address)} ${place(frame, '+0')} (${file})`;
      }
      case 'raw':
        return hex(frame.address);
    }
  });
}

/** A kernel stack likewise; perf's lines name no file. */
export function formatKernelStack(frames: readonly SymbolFrame[], mode: StackMode, indent: number): string {
  return lines(frames, (frame) => {
    switch (mode) {
      case 'bpftrace':
        return `${' '.repeat(indent)}${place(frame, '')}`;
      case 'perf':
        return `\t${hex(frame.address)} ${place(frame, '+0')}`;
      case 'raw':
        return hex(frame.address);
    }
  });
}

/** A frame of a stack that was taken with build IDs: `a226e0...48ae 0xe5e27`. */
export function formatBuildIdFrame(buildId: string, offset: bigint): string {
  return `${buildId} 0x${offset.toString(16)}`;
}

/** usym() and ksym(): the name alone, or the address where there is no name. */
export function formatSymbol({ address, symbol }: SymbolFrame): string {
  return symbol === '' ? pointer(address) : symbol;
}

function place({ address, symbol, offset }: SymbolFrame, atStart: string): string {
  if (symbol === '') return pointer(address);
  return offset === 0 ? `${symbol}${atStart}` : `${symbol}+${offset}`;
}

/** As C's `%#lx`: zero has no prefix. */
function pointer(address: bigint): string {
  return address === 0n ? '0' : `0x${hex(address)}`;
}

function hex(address: bigint): string {
  return BigInt.asUintN(64, address).toString(16);
}

function lines(frames: readonly SymbolFrame[], line: (frame: SymbolFrame) => string): string {
  return `\n${frames.map((frame) => `${line(frame)}\n`).join('')}`;
}
