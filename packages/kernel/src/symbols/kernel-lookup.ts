import { readFileSync } from 'node:fs';
import { kernelSymbols } from '../functions/read-kallsyms.ts';
import type { SymbolFrame } from './symbol-frame.ts';

/** A place in the kernel's code as stacks and ksym() show it; `module` is empty for the kernel proper. */
export function kernelFrame(address: bigint): SymbolFrame {
  const { symbol, module, offset } = kernelSymbols().find(address);
  // What is in no function is its own symbol there.
  const known = !symbol.startsWith('0x');
  return { address, symbol: known ? symbol : '', offset, module };
}

/** The address of a function or variable of the kernel, for kaddr(); null where there is none, or addresses are hidden. */
export function kernelAddress(name: string): bigint | null {
  return findKernelAddress(readFileSync('/proc/kallsyms', 'latin1'), name);
}

/** Whether the kernel has a function or variable of this name, also where addresses are hidden. */
export function hasKernelSymbol(name: string): boolean {
  const text = readFileSync('/proc/kallsyms', 'latin1');
  return text.includes(` ${name}\n`) || text.includes(` ${name}\t`);
}

/** As kernelAddress, of the text of /proc/kallsyms: `ADDRESS TYPE NAME`, with a tab and `[MODULE]` after some. */
export function findKernelAddress(text: string, name: string): bigint | null {
  // The list has millions of characters: looking for the name is faster than taking it all apart.
  for (let at = text.indexOf(` ${name}`); at >= 0; at = text.indexOf(` ${name}`, at + 1)) {
    const after = text[at + 1 + name.length];
    if (after !== '\n' && after !== '\t' && after !== undefined) continue;
    const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
    const [, address] = /^([0-9a-f]+) \S$/.exec(line) ?? [];
    if (address !== undefined && !/^0+$/.test(address)) return BigInt(`0x${address}`);
  }
  return null;
}
