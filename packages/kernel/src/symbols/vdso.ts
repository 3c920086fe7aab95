import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { openElf, SymbolTable } from '@bpfleet/bpf';
import type { ModuleSymbols } from './module-symbols.ts';
import { parseProcessMaps } from './process-maps.ts';

/** The kernel's page of code in every process. It is the same in all of them, so our own is read. Null where there is none. */
export function readVdso(): ModuleSymbols | null {
  const mapping = parseProcessMaps(readFileSync('/proc/self/maps', 'latin1')).find(({ path }) => path === '[vdso]');
  if (mapping === undefined) return null;
  const image = readMemory(mapping.start, mapping.end - mapping.start);
  const elf = openElf({ read: (offset, length) => image.subarray(offset, offset + length) });
  const table = new SymbolTable([elf]);
  const segment = elf.segments[0];
  return {
    buildId: undefined,
    bytes: table.bytes,
    find: (offset) => table.find(offset + (segment?.address ?? 0)),
    findLinked: (address) => table.find(address),
  };
}

function readMemory(start: number, length: number): Buffer {
  const memory = openSync('/proc/self/mem', 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(memory, bytes, 0, length, start));
  } finally {
    closeSync(memory);
  }
}
