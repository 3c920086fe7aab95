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

/** Whose a function or variable is; null where neither the kernel nor a module that is loaded has it. */
export type SymbolOwner = (name: string) => 'kernel' | 'module' | null;

/** By names, also where addresses are hidden. The list is read at the first question, and once: it has millions of characters. */
export function symbolOwner(read: () => string = () => readFileSync('/proc/kallsyms', 'latin1')): SymbolOwner {
  let text: string | undefined;
  return (name) => {
    text ??= read();
    if (text.includes(` ${name}\n`)) return 'kernel';
    // Programs of BPF are listed as those of a module.
    return text.includes(` ${name}\t[`) && !text.includes(` ${name}\t[bpf]`) ? 'module' : null;
  };
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
