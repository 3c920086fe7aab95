import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { KallsymsParser } from './kallsyms-parser.ts';
import type { KernelSymbols } from './kernel-symbols.ts';

const KALLSYMS = '/proc/kallsyms';
/** How long nothing else goes on at a time. */
const SLICE_MS = 20;

let symbols: KernelSymbols | null = null;
let loading: Promise<KernelSymbols> | null = null;

/**
 * The functions of the running kernel as they were when they were first asked for. Reads them now if nobody has, which
 * blocks: for that long nothing else of this process goes on.
 */
export function kernelSymbols(): KernelSymbols {
  if (symbols === null) {
    const parser = new KallsymsParser();
    parser.push(readFileSync(KALLSYMS));
    symbols = parser.finish();
  }
  return symbols;
}

/**
 * As kernelSymbols, a slice of time after the other: on a slow node it takes seconds, in which an agent must answer its
 * controller. Not by reads in the background: the kernel gives a page a call, and going to another thread and back for
 * each of two thousand pages takes minutes where processors are busy.
 */
export async function loadKernelSymbols(): Promise<KernelSymbols> {
  if (symbols !== null) return symbols;
  loading ??= load().finally(() => {
    loading = null;
  });
  return loading;
}

async function load(): Promise<KernelSymbols> {
  const file = openSync(KALLSYMS, 'r');
  try {
    const parser = new KallsymsParser();
    const piece = Buffer.alloc(1 << 16);
    let bytes = 1;
    while (bytes > 0) {
      const end = performance.now() + SLICE_MS;
      do {
        bytes = readSync(file, piece);
        parser.push(piece.subarray(0, bytes));
      } while (bytes > 0 && performance.now() < end);
      await setImmediate();
    }
    symbols = parser.finish();
    return symbols;
  } finally {
    closeSync(file);
  }
}
