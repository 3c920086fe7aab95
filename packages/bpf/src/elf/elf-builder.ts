/** `SHT_*` of elf.h. */
const SectionType = { PROGBITS: 1, SYMTAB: 2, STRTAB: 3, REL: 9 } as const;
/** `SHF_*` of elf.h. */
export const SectionFlag = { WRITE: 1, ALLOC: 2, EXECINSTR: 4 } as const;
/** `STT_*` and, four bits higher, `STB_*` of elf.h. */
export const SymbolInfo = {
  ...{ LOCAL_SECTION: 0x03, LOCAL_FUNC: 0x02 },
  ...{ GLOBAL_OBJECT: 0x11, GLOBAL_FUNC: 0x12 },
} as const;

const EM_BPF = 247;
const ET_REL = 1;
const HEADER_BYTES = 64;
const SECTION_BYTES = 64;
const SYMBOL_BYTES = 24;
const RELOCATION_BYTES = 16;
const ALIGNMENT = 8;
const isLocal = (info: number) => info >> 4 === 0;

interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
  readonly link?: number;
  readonly info?: number;
  readonly entryBytes?: number;
}

interface Symbol {
  readonly name: string;
  readonly info: number;
  readonly section: number;
  readonly value: number;
  readonly size: number;
}

/** A place in a section that the loader is to fill by a symbol. */
export interface Relocation {
  /** Bytes into the section. */
  readonly offset: number;
  /** Number of the symbol, as `symbol()` gave it. */
  readonly symbol: number;
}

/** `R_BPF_64_64`: a 64-bit immediate load. Source: the kernel's Documentation/bpf/llvm_reloc.rst. */
const R_BPF_64_64 = 1n;

/** A relocatable ELF file for BPF, 64 bits and little endian, section after section. */
export class ElfBuilder {
  readonly #sections: Section[] = [];
  readonly #symbols: Symbol[] = [];
  readonly #relocations: { readonly section: number; readonly places: readonly Relocation[] }[] = [];

  /** Adds a section with these contents. Returns its number. */
  section(name: string, flags: number, contents: Uint8Array): number {
    return this.#sections.push({ ...plain(name, SectionType.PROGBITS, contents), flags });
  }

  /** Adds a symbol. Returns what relocations call it. */
  symbol(symbol: Symbol): number {
    return this.#symbols.push(symbol) - 1;
  }

  relocate(section: number, places: readonly Relocation[]): void {
    if (places.length > 0) this.#relocations.push({ section, places });
  }

  build(): Uint8Array {
    // The table must have local symbols first.
    const order = [...this.#symbols.keys()].sort(
      (a, b) => Number(!isLocal(this.#info(a))) - Number(!isLocal(this.#info(b))) || a - b,
    );
    const rank = new Map(order.map((symbol, index) => [symbol, index + 1]));
    const locals = order.filter((symbol) => isLocal(this.#info(symbol))).length;
    const names = new Names();
    const symbols = this.#symbolTable(order, names);
    const table = this.#sections.length + this.#relocations.length + 1;
    const sections: Section[] = [
      ...this.#sections,
      ...this.#relocations.map(({ section, places }) => ({
        ...plain(`.rel${this.#sections[section - 1]?.name}`, SectionType.REL, relocationTable(places, rank)),
        ...{ link: table, info: section, entryBytes: RELOCATION_BYTES },
      })),
      {
        ...plain('.symtab', SectionType.SYMTAB, symbols),
        ...{ link: table + 1, info: locals + 1, entryBytes: SYMBOL_BYTES },
      },
    ];
    for (const { name } of sections) names.add(name);
    names.add('.strtab');
    return file([...sections, plain('.strtab', SectionType.STRTAB, names.bytes())], names);
  }

  #info(symbol: number): number {
    return this.#symbols[symbol]?.info ?? 0;
  }

  #symbolTable(order: readonly number[], names: Names): Uint8Array {
    const bytes = new Uint8Array((order.length + 1) * SYMBOL_BYTES);
    const view = new DataView(bytes.buffer);
    for (const [index, number] of order.entries()) {
      const symbol = this.#symbols[number] as Symbol;
      const at = (index + 1) * SYMBOL_BYTES;
      view.setUint32(at, names.add(symbol.name), true);
      view.setUint8(at + 4, symbol.info);
      view.setUint16(at + 6, symbol.section, true);
      view.setBigUint64(at + 8, BigInt(symbol.value), true);
      view.setBigUint64(at + 16, BigInt(symbol.size), true);
    }
    return bytes;
  }
}

/** The table of strings: section and symbol names, each once. */
class Names {
  readonly #places = new Map<string, number>([['', 0]]);
  #text = '\0';

  add(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const at = new TextEncoder().encode(this.#text).length;
    this.#places.set(name, at);
    this.#text += `${name}\0`;
    return at;
  }

  bytes(): Uint8Array {
    return new TextEncoder().encode(this.#text);
  }
}

function plain(name: string, type: number, bytes: Uint8Array): Section {
  return { name, type, flags: 0, bytes };
}

function relocationTable(places: readonly Relocation[], rank: ReadonlyMap<number, number>): Uint8Array {
  const bytes = new Uint8Array(places.length * RELOCATION_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, { offset, symbol }] of places.entries()) {
    view.setBigUint64(index * RELOCATION_BYTES, BigInt(offset), true);
    view.setBigUint64(index * RELOCATION_BYTES + 8, (BigInt(rank.get(symbol) ?? 0) << 32n) | R_BPF_64_64, true);
  }
  return bytes;
}

/** Header, contents, and behind them the table of sections. */
function file(sections: readonly Section[], names: Names): Uint8Array {
  const aligned = (at: number) => Math.ceil(at / ALIGNMENT) * ALIGNMENT;
  const places: number[] = [];
  let end = HEADER_BYTES;
  for (const { bytes } of sections) {
    places.push(aligned(end));
    end = aligned(end) + bytes.length;
  }
  const table = aligned(end);
  const bytes = new Uint8Array(table + (sections.length + 1) * SECTION_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, ET_REL, true);
  view.setUint16(18, EM_BPF, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(40, BigInt(table), true);
  view.setUint16(52, HEADER_BYTES, true);
  view.setUint16(58, SECTION_BYTES, true);
  view.setUint16(60, sections.length + 1, true);
  view.setUint16(62, sections.length, true);
  for (const [index, section] of sections.entries()) {
    const at = table + (index + 1) * SECTION_BYTES;
    bytes.set(section.bytes, places[index]);
    view.setUint32(at, names.add(section.name), true);
    view.setUint32(at + 4, section.type, true);
    view.setBigUint64(at + 8, BigInt(section.flags), true);
    view.setBigUint64(at + 24, BigInt(places[index] ?? 0), true);
    view.setBigUint64(at + 32, BigInt(section.bytes.length), true);
    view.setUint32(at + 40, section.link ?? 0, true);
    view.setUint32(at + 44, section.info ?? 0, true);
    view.setBigUint64(at + 48, BigInt(ALIGNMENT), true);
    view.setBigUint64(at + 56, BigInt(section.entryBytes ?? 0), true);
  }
  return bytes;
}
