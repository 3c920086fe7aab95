import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { KallsymsParser } from './kallsyms-parser.ts';
import type { KernelSymbols } from './kernel-symbols.ts';

const KALLSYMS = '/proc/kallsyms';
/** How long nothing else goes on at a time. */
const SLICE_MS = 20;

let symbols: KernelSymbols | null = null;
/** As loadedModules() was when they were read. */
let symbolsModules = '';
let loading: Promise<KernelSymbols> | null = null;

/**
 * The functions of the running kernel as loadKernelSymbols() last saw them. Reads them now if nobody has, which blocks: for
 * that long nothing else of this process goes on.
 */
export function kernelSymbols(): KernelSymbols {
  if (symbols === null) {
    const parser = new KallsymsParser();
    symbolsModules = loadedModules();
    parser.push(readFileSync(KALLSYMS));
    symbols = parser.finish();
  }
  return symbols;
}

/**
 * As kernelSymbols, but reads them again where modules have come or gone since, and a slice of time after the other: on a slow node it takes seconds, in which an agent must answer its
 * controller. Not by reads in the background: the kernel gives a page a call, and going to another thread and back for
 * each of two thousand pages takes minutes where processors are busy.
 */
export async function loadKernelSymbols(): Promise<KernelSymbols> {
  if (symbols !== null && symbolsModules === loadedModules()) return symbols;
  loading ??= load().finally(() => {
    loading = null;
  });
  return loading;
}

async function load(): Promise<KernelSymbols> {
  const file = openSync(KALLSYMS, 'r');
  try {
    const parser = new KallsymsParser();
    const modules = loadedModules();
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
    symbolsModules = modules;
    return symbols;
  } finally {
    closeSync(file);
  }
}

/** Which modules the kernel has, and where: empty where it can have none. */
function loadedModules(): string {
  return existsSync('/proc/modules') ? modulesOf(readFileSync('/proc/modules', 'latin1')) : '';
}

/** Of the text of /proc/modules what stays the same while a module is there: its name, its size and its address. */
export function modulesOf(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines
    .map((line) => line.split(' '))
    .map(([name, bytes, , , , address]) => `${name} ${bytes} ${address}`)
    .sort()
    .join('\n');
}
