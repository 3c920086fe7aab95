/** A place in the kernel's code. `module` is empty for the kernel proper; `offset` in bytes. */
export interface KernelFrame {
  readonly symbol: string;
  readonly module: string;
  readonly offset: number;
}

/** What kallsyms says of the functions of a kernel, packed: there are a hundred thousand, and few are ever asked for. */
export interface PackedSymbols {
  /** Each name between two line ends, in the order of kallsyms; also of functions whose address is hidden. */
  readonly names: Buffer;
  /** Ascending, as distances from KERNEL_BASE: doubles hold those, not the addresses. */
  readonly starts: Float64Array;
  /** Where in `names` the name of each of `starts` begins. */
  readonly nameAt: Uint32Array;
  /** Which of `modules` each of `starts` is in. */
  readonly moduleOf: Uint16Array;
  readonly modules: readonly string[];
}

/** The kernel's half of a 64-bit address space, with pages of any depth, lies above: 2^52 bytes. */
export const KERNEL_BASE = 0xfff0_0000_0000_0000n;

/** No function is longer: what lies further after a symbol does not belong to it. */
const MAX_FUNCTION = 256 * 1024;
const LINE_END = 10;

/** The kernel's functions by address and by name. */
export class KernelSymbols {
  readonly #packed: PackedSymbols;

  constructor(packed: PackedSymbols) {
    this.#packed = packed;
  }

  /** The function an address is in; an address that is in none is its own symbol, in hexadecimal. */
  find(address: bigint): KernelFrame {
    const { starts, nameAt, moduleOf, modules } = this.#packed;
    const distance = Number(address - KERNEL_BASE);
    const index = this.#first(this.#lastUpTo(distance));
    const offset = distance - (starts[index] ?? Number.NEGATIVE_INFINITY);
    if (index < 0 || offset > MAX_FUNCTION) return { symbol: `0x${address.toString(16)}`, module: '', offset: 0 };
    return { symbol: this.#name(nameAt[index] ?? 0), module: modules[moduleOf[index] ?? 0] ?? '', offset };
  }

  /** How many functions have a name, in the kernel and its modules. */
  count(name: string): number {
    const { names } = this.#packed;
    if (name === '' || name.includes('\n')) return 0;
    const line = Buffer.from(`\n${name}\n`, 'latin1');
    let count = 0;
    for (let at = names.indexOf(line); at >= 0; at = names.indexOf(line, at + line.length - 1)) count++;
    return count;
  }

  /** Every name, as often as it is there. */
  names(): string[] {
    return this.#packed.names.toString('latin1').split('\n').slice(1, -1);
  }

  /** Place of the last function that begins at or before; -1 where none does. */
  #lastUpTo(distance: number): number {
    const { starts } = this.#packed;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= distance) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Of several names for one address always the same. */
  #first(index: number): number {
    const { starts } = this.#packed;
    let first = index;
    while (first > 0 && starts[first - 1] === starts[first]) first--;
    return first;
  }

  #name(at: number): string {
    const { names } = this.#packed;
    return names.toString('latin1', at, names.indexOf(LINE_END, at));
  }
}
