import { viewOf } from './byte-source.ts';
import { SectionType } from './elf-file.ts';
import { type ElfFile, type ElfSection, textAt } from './elf-tables.ts';

/** A symbol that an address lies in. `offset`: of the address from its start. Bytes. */
export interface FoundSymbol {
  readonly name: string;
  readonly offset: number;
}

/** `struct Elf64_Sym`: name 0, info 4, section 6, value 8, size 16. */
const SYMBOL_BYTES = 24;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const STB_LOCAL = 0;
const STB_GLOBAL = 1;
const MAX_NAME = 4096;
/** More symbols than any program has: 16 million take 400 MB. */
const MAX_SYMBOLS = 16_000_000;

/**
 * The functions and variables of one or more ELF files by address. Kept as numbers in typed arrays beside the bytes of
 * their names, some 16 bytes a symbol; a name becomes a string when it is found.
 */
export class SymbolTable {
  /** Ascending. */
  readonly #starts: Float64Array;
  readonly #sizes: Float64Array;
  /** Index of the bytes of names, and where in them. */
  readonly #texts: Uint8Array;
  readonly #names: Uint32Array;
  readonly #strings: readonly Uint8Array[];
  /** Memory that this takes, bytes. */
  readonly bytes: number;

  /** Throws ElfError. Of names for the same address the global ones come before weak and local ones. */
  constructor(files: readonly ElfFile[]) {
    const gathered = new Gathered();
    for (const file of files) gathered.add(file);
    const order = gathered.order();
    this.#starts = Float64Array.from(order, (index) => gathered.starts[index] ?? 0);
    this.#sizes = Float64Array.from(order, (index) => gathered.sizes[index] ?? 0);
    this.#texts = Uint8Array.from(order, (index) => gathered.texts[index] ?? 0);
    this.#names = Uint32Array.from(order, (index) => gathered.names[index] ?? 0);
    this.#strings = gathered.strings;
    this.bytes = order.length * 21 + gathered.strings.reduce((sum, { length }) => sum + length, 0);
  }

  /** The symbol whose extent the address lies in. Code without a symbol of its own has none. */
  find(address: number): FoundSymbol | null {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    // Symbols may lie in each other: the next to start before is looked at as well, but not all that ever start before.
    for (let index = low - 1, looked = 0; index >= 0 && looked < MAX_NESTED; index--, looked++) {
      const offset = address - (this.#starts[index] ?? 0);
      if (offset < (this.#sizes[index] ?? 0)) {
        const first = this.#first(index, offset);
        return { name: this.#name(first), offset };
      }
    }
    return null;
  }

  /** The lowest address of a symbol of this name. */
  address(name: string): number | undefined {
    const wanted = new TextEncoder().encode(name);
    for (let index = 0; index < this.#starts.length; index++) {
      if (this.#is(index, wanted)) return this.#starts[index];
    }
    return undefined;
  }

  /** Of several names for the same place the first that is as long as needed. */
  #first(index: number, offset: number): number {
    let first = index;
    for (let at = index; at > 0 && this.#starts[at - 1] === this.#starts[index]; at--) {
      if (offset < (this.#sizes[at - 1] ?? 0)) first = at - 1;
    }
    return first;
  }

  #name(index: number): string {
    const text = textAt(this.#strings[this.#texts[index] ?? 0] ?? new Uint8Array(), this.#names[index] ?? 0, MAX_NAME);
    // Without its version, `name@@VERSION`.
    const version = text.indexOf('@');
    return version < 0 ? text : text.slice(0, version);
  }

  #is(index: number, wanted: Uint8Array): boolean {
    const strings = this.#strings[this.#texts[index] ?? 0];
    const start = this.#names[index] ?? 0;
    if (strings === undefined || strings[start] !== wanted[0]) return false;
    const end = strings[start + wanted.length];
    return (end === 0 || end === AT) && wanted.every((byte, at) => strings[start + at] === byte);
  }
}

const MAX_NESTED = 16;
const AT = 0x40;

/** Symbols in the order of the files. */
class Gathered {
  readonly starts: number[] = [];
  readonly sizes: number[] = [];
  readonly texts: number[] = [];
  readonly names: number[] = [];
  readonly strings: Uint8Array[] = [];
  readonly #ranks: number[] = [];

  add(file: ElfFile): void {
    for (const section of file.sections) {
      if (section.type === SectionType.SYMTAB || section.type === SectionType.DYNSYM) this.#addTable(file, section);
    }
  }

  /** By address; at one address by rank, then as found. */
  order(): Uint32Array {
    const { starts } = this;
    const order = Uint32Array.from(starts.keys());
    return order.sort(
      (a, b) => (starts[a] ?? 0) - (starts[b] ?? 0) || (this.#ranks[a] ?? 0) - (this.#ranks[b] ?? 0) || a - b,
    );
  }

  #addTable(file: ElfFile, section: ElfSection): void {
    const strings = file.sections[section.link];
    if (strings === undefined) return;
    const table = viewOf(file.read(section.offset, section.size));
    const text = this.strings.length;
    this.strings.push(file.read(strings.offset, strings.size));
    for (let at = 0; at + SYMBOL_BYTES <= table.byteLength && this.starts.length < MAX_SYMBOLS; at += SYMBOL_BYTES) {
      const info = table.getUint8(at + 4);
      const type = info & 0xf;
      const name = table.getUint32(at, true);
      if (type !== STT_FUNC && type !== STT_OBJECT && type !== STT_GNU_IFUNC) continue;
      if (table.getUint16(at + 6, true) === 0 || name === 0) continue;
      this.starts.push(Number(table.getBigUint64(at + 8, true)));
      this.sizes.push(Number(table.getBigUint64(at + 16, true)));
      this.texts.push(text);
      this.names.push(name);
      this.#ranks.push(rankOf(info >> 4));
    }
  }
}

function rankOf(binding: number): number {
  if (binding === STB_GLOBAL) return 0;
  return binding === STB_LOCAL ? 2 : 1;
}
