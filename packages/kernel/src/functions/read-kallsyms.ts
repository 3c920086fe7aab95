import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { KallsymsParser } from './kallsyms-parser.ts';
import type { KernelSymbols } from './kernel-symbols.ts';

const KALLSYMS = '/proc/kallsyms';

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
 * As kernelSymbols, without blocking. The kernel writes kallsyms anew for each reader, a page a call: on a slow node
 * seconds, in which an agent must answer its controller.
 */
export async function loadKernelSymbols(): Promise<KernelSymbols> {
  if (symbols !== null) return symbols;
  loading ??= load().finally(() => {
    loading = null;
  });
  return loading;
}

async function load(): Promise<KernelSymbols> {
  const file = await open(KALLSYMS);
  try {
    const parser = new KallsymsParser();
    const piece = Buffer.alloc(1 << 16);
    for (;;) {
      const { bytesRead } = await file.read(piece);
      if (bytesRead === 0) break;
      parser.push(piece.subarray(0, bytesRead));
    }
    symbols = parser.finish();
    return symbols;
  } finally {
    await file.close();
  }
}
