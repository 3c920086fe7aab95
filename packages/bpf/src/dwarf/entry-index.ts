import { At, Tag } from './constants.ts';
import type { DebugEntries } from './debug-entries.ts';
import { DwarfError } from './dwarf-error.ts';
import type { Entry } from './entry.ts';
import type { Unit } from './unit.ts';

/** Kinds of types by how they are asked for; `class` is a structure. */
const kinds: ReadonlyMap<number, string> = new Map([
  [Tag.STRUCTURE_TYPE, 'struct'],
  [Tag.CLASS_TYPE, 'struct'],
  [Tag.UNION_TYPE, 'union'],
  [Tag.ENUMERATION_TYPE, 'enum'],
  [Tag.TYPEDEF, 'name'],
  [Tag.BASE_TYPE, 'name'],
]);

/** Names are often shared; characters of all of them for a byte of the entries. */
const MAX_SHARED = 16;
/** ... and so many more, where the file is small. */
const MIN_CHARACTERS = 1 << 20;

export type TypeKind = 'struct' | 'union' | 'enum' | 'name';

/** Where functions and types are: units are looked through in order, and only until what is asked for is found. */
export class EntryIndex {
  readonly #entries: DebugEntries;
  #units: Iterator<Unit> | undefined;
  /** Offsets by the address of the code. */
  readonly #functions = new Map<number, number>();
  /** Offsets by name of functions that are split, whose address is in a list. */
  readonly #split = new Map<string, number>();
  /** Offsets of the first type of each kind and name. */
  readonly #types = new Map<string, number>();
  readonly #enumerations: number[] = [];
  #characters = 0;

  constructor(entries: DebugEntries) {
    this.#entries = entries;
  }

  /** The function whose code begins at an address; one in several pieces is only known by its name. */
  function(address: number, name: string): number | undefined {
    do {
      const found = this.#functions.get(address) ?? this.#split.get(name);
      if (found !== undefined) return found;
    } while (this.#readOn());
    return undefined;
  }

  /** A type by its name, wherever it is defined and not only declared. */
  type(kind: TypeKind, name: string): number | undefined {
    const key = `${kind} ${name}`;
    do {
      const found = this.#types.get(key);
      if (found !== undefined) return found;
    } while (this.#readOn());
    return undefined;
  }

  /** Names of the types of a kind, in order. */
  names(kind: TypeKind): string[] {
    while (this.#readOn());
    const prefix = `${kind} `;
    return [...this.#types.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  }

  /** All enumerations, in order. */
  enumerations(): readonly number[] {
    while (this.#readOn());
    return this.#enumerations;
  }

  #readOn(): boolean {
    this.#units ??= this.#entries.units.values();
    const { value: unit, done } = this.#units.next();
    if (done === true) return false;
    for (const entry of this.#entries.declarations(unit)) {
      if (entry.tag === Tag.SUBPROGRAM) this.#noteFunction(entry);
      else this.#noteType(entry);
    }
    return true;
  }

  #noteFunction(entry: Entry): void {
    const address = this.#entries.address(entry, At.LOW_PC);
    if (address !== undefined) {
      if (!this.#functions.has(address)) this.#functions.set(address, entry.offset);
    } else if (this.#entries.has(entry, At.RANGES)) {
      const name = this.#symbolOf(entry);
      if (name !== undefined && !this.#split.has(name)) this.#split.set(name, entry.offset);
    }
  }

  #symbolOf(entry: Entry): string | undefined {
    let name: string | undefined;
    for (const origin of this.#entries.origins(entry)) {
      const linkage = this.#text(origin, At.LINKAGE_NAME) ?? this.#text(origin, At.MIPS_LINKAGE_NAME);
      if (linkage !== undefined) return linkage;
      name ??= this.#text(origin, At.NAME);
    }
    return name;
  }

  /** Entries that all have one long name would cost time and memory for nothing. */
  #text(entry: Entry, attribute: number): string | undefined {
    const text = this.#entries.text(entry, attribute);
    this.#characters += text?.length ?? 0;
    if (this.#characters > this.#entries.bytes * MAX_SHARED + MIN_CHARACTERS) {
      throw new DwarfError('its names are damaged');
    }
    return text;
  }

  #noteType(entry: Entry): void {
    const kind = kinds.get(entry.tag);
    if (kind === undefined || this.#entries.flag(entry, At.DECLARATION)) return;
    if (kind === 'enum') this.#enumerations.push(entry.offset);
    const name = this.#text(entry, At.NAME);
    if (name === undefined) return;
    const key = `${kind} ${name}`;
    if (!this.#types.has(key)) this.#types.set(key, entry.offset);
  }
}
