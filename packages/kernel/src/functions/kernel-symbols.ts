import { readFileSync } from 'node:fs';

/** A place in the kernel's code. `module` is empty for the kernel proper; `offset` in bytes. */
export interface KernelFrame {
  readonly symbol: string;
  readonly module: string;
  readonly offset: number;
}

/** No function is longer: what lies further after a symbol does not belong to it. */
const MAX_FUNCTION = 256 * 1024;

/** The kernel's functions by address, for looking up which one an address is in. */
export class KernelSymbols {
  /** Ascending, as distances from the lowest address: doubles hold those, not the addresses. */
  readonly #starts: Float64Array;
  readonly #names: readonly string[];
  readonly #modules: readonly string[];
  readonly #lowest: bigint;

  /** `text` as in /proc/kallsyms. Where the kernel hides addresses they are all zero, and nothing is ever found. */
  constructor(text: string) {
    const found: { address: bigint; name: string; module: string }[] = [];
    for (const [, address = '0', name = '', module = ''] of text.matchAll(
      /^([0-9a-f]+) [TtWw] (\S+)(?:\t\[([^\]]+)\])?$/gm,
    )) {
      found.push({ address: BigInt(`0x${address}`), name, module });
    }
    const known = found.filter(({ address }) => address !== 0n);
    let lowest = 1n << 64n;
    for (const { address } of known) if (address < lowest) lowest = address;
    this.#lowest = lowest;
    const distances = Float64Array.from(known, ({ address }) => Number(address - lowest));
    const order = Uint32Array.from(known.keys()).sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0));
    this.#starts = Float64Array.from(order, (index) => distances[index] ?? 0);
    this.#names = Array.from(order, (index) => known[index]?.name ?? '');
    this.#modules = Array.from(order, (index) => known[index]?.module ?? '');
  }

  /** An address that is in no function is its own symbol, in hexadecimal. */
  find(address: bigint): KernelFrame {
    const distance = Number(address - this.#lowest);
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= distance) low = middle + 1;
      else high = middle;
    }
    const index = this.#first(low - 1);
    const offset = distance - (this.#starts[index] ?? Number.NEGATIVE_INFINITY);
    if (index < 0 || offset > MAX_FUNCTION) return { symbol: `0x${address.toString(16)}`, module: '', offset: 0 };
    return { symbol: this.#names[index] ?? '', module: this.#modules[index] ?? '', offset };
  }

  /** Of several names for one address always the same. */
  #first(index: number): number {
    let first = index;
    while (first > 0 && this.#starts[first - 1] === this.#starts[first]) first--;
    return first;
  }
}

let symbols: KernelSymbols | null = null;

/** The functions of the running kernel as they were when they were first asked for. */
export function kernelSymbols(): KernelSymbols {
  symbols ??= new KernelSymbols(readFileSync('/proc/kallsyms', 'latin1'));
  return symbols;
}
