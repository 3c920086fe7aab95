import { textAt } from '../elf/elf-tables.ts';
import { type Abbreviation, Abbreviations } from './abbreviations.ts';
import { type AttributeValue, readValue } from './attribute-value.ts';
import { At, Tag } from './constants.ts';
import { Cursor, Section } from './cursor.ts';
import type { DebugSections } from './debug-sections.ts';
import { DwarfError } from './dwarf-error.ts';
import type { Entry } from './entry.ts';
import { skipValue } from './form-size.ts';
import { joinFiles } from './join-files.ts';
import { readUnits, type Unit } from './unit.ts';

/** Names of C++ with all their templates can be long. */
const MAX_NAME = 4096;
/** An entry of a concrete function points to the abstract one, that to its declaration; more is a circle. */
const MAX_ORIGINS = 8;
/**
 * Entries that one reader may look at, besides one for each byte: entries within entries could be gone through again and
 * again.
 */
const MIN_WORK = 4_000_000;
/** What leads there. */
const sources = [At.ABSTRACT_ORIGIN, At.SPECIFICATION, At.SIGNATURE];

/** Where a unit's numbers of names and addresses begin to count; no addresses where nothing tells. */
interface Bases {
  readonly texts: number;
  readonly addresses: number | undefined;
}

/**
 * The entries of a program's debugging information, versions 4 and 5 of DWARF, read as they are asked for. The
 * program may be anybody's: every method throws DwarfError where the bytes make no sense, and ends in time that grows
 * with the bytes it looks at.
 */
export class DebugEntries {
  readonly units: readonly Unit[];
  /** Of all entries. */
  readonly bytes: number;
  readonly #sections: Readonly<Record<keyof DebugSections, Section>>;
  readonly #abbreviations: Abbreviations;
  readonly #bases = new Map<Unit, Bases>();
  /** Units whose entries are in another file, by the number that both have. */
  readonly #skeletons = new Map<bigint, Unit>();
  #signatures: ReadonlyMap<bigint, number> | undefined;
  #left: number;

  /** `splits`: of the files that its compilations left entries in, see splitFiles(). */
  constructor(own: DebugSections, splits: readonly DebugSections[] = []) {
    const { sections, places } = joinFiles([own, ...splits]);
    this.#sections = {
      info: new Section(sections.info),
      abbrev: new Section(sections.abbrev),
      str: new Section(sections.str),
      lineStr: new Section(sections.lineStr),
      strOffsets: new Section(sections.strOffsets),
      addr: new Section(sections.addr),
    };
    this.bytes = sections.info.length;
    this.#left = this.bytes + MIN_WORK;
    this.#abbreviations = new Abbreviations(this.#sections.abbrev);
    const units = places.flatMap((file) => readUnits(this.#sections.info, file));
    for (const unit of units) if (unit.split?.skeleton === true) this.#skeletons.set(unit.split.id, unit);
    // A file may be of another version of the program.
    this.units = units.filter(({ split }) => split === undefined || split.skeleton || this.#skeletons.has(split.id));
  }

  /** The files that compilations left their entries in, by name and the folder it is seen from. */
  splitFiles(): { readonly name: string; readonly folder: string }[] {
    return this.units.flatMap((unit) => {
      if (unit.split?.skeleton !== true) return [];
      const root = this.root(unit);
      const name = this.text(root, At.DWO_NAME);
      return name === undefined ? [] : [{ name, folder: this.text(root, At.COMP_DIR) ?? '' }];
    });
  }

  /** A new reader begins, who may look at as many entries as the ones before. */
  begin(): void {
    this.#left = this.bytes + MIN_WORK;
  }

  entryAt(offset: number): Entry {
    const entry = this.#read(this.#unitOf(offset), offset);
    if (entry === undefined) throw new DwarfError('a reference in it leads to nothing');
    return entry;
  }

  /** The entries that belong to one, without those that belong to them. */
  *children(parent: Entry): Generator<Entry> {
    if (!parent.abbreviation.children) return;
    for (let at = parent.next; ; ) {
      const child = this.#read(parent.unit, at);
      if (child === undefined) return;
      yield child;
      at = this.after(child);
    }
  }

  /** Where the entry after one and all that belong to it begins. */
  after(entry: Entry): number {
    if (!entry.abbreviation.children) return entry.next;
    const sibling = this.reference(entry, At.SIBLING);
    // Only ever forwards: a sibling before would be a circle.
    if (sibling !== undefined && sibling > entry.next && sibling <= entry.unit.end) return sibling;
    const cursor = new Cursor(this.#sections.info, entry.next, entry.unit.end);
    for (let depth = 1; depth > 0; ) depth += this.#passOver(cursor, entry.unit);
    return cursor.at;
  }

  /** The entries of a unit and of the namespaces in it, without what belongs to those. */
  *declarations(unit: Unit): Generator<Entry> {
    const root = this.root(unit);
    let at = root.next;
    for (let depth = root.abbreviation.children ? 1 : 0; depth > 0 && at < unit.end; ) {
      const entry = this.#read(unit, at);
      if (entry === undefined) {
        depth--;
        at++;
        continue;
      }
      yield entry;
      const opens = entry.tag === Tag.NAMESPACE && entry.abbreviation.children;
      if (opens) depth++;
      at = opens ? entry.next : this.after(entry);
    }
  }

  /** Moves past one entry; by how many levels that goes down. */
  #passOver(cursor: Cursor, unit: Unit): number {
    const code = cursor.uleb();
    if (code === 0) return -1;
    const abbreviation = this.#abbreviation(unit, code);
    skipValues(cursor, abbreviation, unit);
    return abbreviation.children ? 1 : 0;
  }

  /** The entry at a place of a unit; undefined where a row of siblings ends. */
  #read(unit: Unit, offset: number): Entry | undefined {
    const cursor = new Cursor(this.#sections.info, offset, unit.end);
    const code = cursor.uleb();
    if (code === 0) return undefined;
    const abbreviation = this.#abbreviation(unit, code);
    const values = cursor.at;
    skipValues(cursor, abbreviation, unit);
    return { offset, unit, tag: abbreviation.tag, abbreviation, values, next: cursor.at };
  }

  #value({ unit, abbreviation, values }: Entry, name: number): AttributeValue | undefined {
    const place = abbreviation.places.get(name);
    if (place === undefined) return undefined;
    const cursor = new Cursor(this.#sections.info, values, unit.end);
    for (let index = 0; index < place; index++) {
      const spec = abbreviation.attributes[index];
      if (spec !== undefined) skipValue(cursor, spec.form, unit);
    }
    const spec = abbreviation.attributes[place];
    return spec === undefined ? undefined : readValue(cursor, spec, unit);
  }

  #abbreviation(unit: Unit, code: number): Abbreviation {
    if (--this.#left < 0) throw new DwarfError('reading it takes too long');
    const abbreviation = this.#abbreviations.table(unit.abbreviations).get(code);
    if (abbreviation === undefined) throw new DwarfError(`an entry in it has the unknown abbreviation ${code}`);
    return abbreviation;
  }

  /** The first entry of a unit. */
  root(unit: Unit): Entry {
    return this.entryAt(unit.entries);
  }

  /** A name; undefined where the entry has none in this file. */
  text(entry: Entry, name: number): string | undefined {
    const value = this.#value(entry, name);
    if (value?.kind === 'text') return textAt(this.#sections[value.section].bytes, value.at, MAX_NAME);
    if (value?.kind !== 'text-index') return undefined;
    const { offsetSize, file } = entry.unit;
    const { texts } = this.#basesOf(entry.unit);
    const at = indexed(this.#sections.strOffsets, texts, value.index, offsetSize).offset(offsetSize);
    return textAt(this.#sections.str.bytes, file.str + at, MAX_NAME);
  }

  address(entry: Entry, name: number): number | undefined {
    const value = this.#value(entry, name);
    if (value?.kind === 'address') return value.address;
    const { addresses } = this.#basesOf(entry.unit);
    if (value?.kind !== 'address-index' || addresses === undefined) return undefined;
    return indexed(this.#sections.addr, addresses, value.index, 8).offset(8);
  }

  constant(entry: Entry, name: number): bigint | undefined {
    const value = this.#value(entry, name);
    return value?.kind === 'constant' ? value.value : undefined;
  }

  flag(entry: Entry, name: number): boolean {
    const value = this.#value(entry, name);
    return value?.kind === 'flag' && value.set;
  }

  /** The bytes of an expression. */
  block(entry: Entry, name: number): Cursor | undefined {
    const value = this.#value(entry, name);
    return value?.kind === 'block' ? new Cursor(this.#sections.info, value.at, value.at + value.length) : undefined;
  }

  has({ abbreviation }: Entry, name: number): boolean {
    return abbreviation.places.has(name);
  }

  /** The offset of the entry that an attribute leads to. */
  reference(entry: Entry, name: number): number | undefined {
    const value = this.#value(entry, name);
    if (value?.kind === 'reference') return value.at;
    return value?.kind === 'signature' ? this.#signed().get(value.signature) : undefined;
  }

  /**
   * An entry, then those that it was made from: what one does not say the next does (DWARF 5, sections 2.13.2, 3.3.8.2
   * and 5.7.1).
   */
  *origins(entry: Entry): Generator<Entry> {
    let current = entry;
    for (let step = 0; step < MAX_ORIGINS; step++) {
      yield current;
      const from = sources.map((name) => this.reference(current, name)).find((at) => at !== undefined);
      if (from === undefined) return;
      current = this.entryAt(from);
    }
  }

  /** Empty where it has none. */
  nameOf(entry: Entry): string {
    for (const origin of this.origins(entry)) {
      const name = this.text(origin, At.NAME);
      if (name !== undefined) return name;
    }
    return '';
  }

  #signed(): ReadonlyMap<bigint, number> {
    this.#signatures ??= new Map(
      this.units.flatMap(({ signature, typeAt }) =>
        signature === undefined || typeAt === undefined ? [] : [[signature, typeAt] as const],
      ),
    );
    return this.#signatures;
  }

  #unitOf(offset: number): Unit {
    let [low, high] = [0, this.units.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.units[middle]?.end ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const unit = this.units[low];
    if (unit === undefined || !(offset >= unit.entries)) throw new DwarfError('a reference in it leads outside');
    return unit;
  }

  /** Addresses are in the program's own file, and so is where those of a unit of another file begin. */
  #basesOf(unit: Unit): Bases {
    const known = this.#bases.get(unit);
    if (known !== undefined) return known;
    const { split } = unit;
    const owner = split === undefined || split.skeleton ? unit : this.#skeletons.get(split.id);
    const texts = unit.file.strOffsets + this.#base(unit, At.STR_OFFSETS_BASE);
    const bases = { texts, addresses: owner && this.#base(owner, At.ADDR_BASE) };
    this.#bases.set(unit, bases);
    return bases;
  }

  /** Where an attribute of the unit's first entry says; without it after the section's header. */
  #base(unit: Unit, name: number): number {
    const value = this.#value(this.root(unit), name);
    return value?.kind === 'offset' ? value.offset : unit.offsetSize * 2;
  }
}

function skipValues(cursor: Cursor, { attributes, sizes }: Abbreviation, unit: Unit): void {
  const size = sizes[unit.offsetSize];
  if (size !== undefined) cursor.skip(size);
  else for (const { form } of attributes) skipValue(cursor, form, unit);
}

/** At the element of a table of addresses or offsets. */
function indexed(section: Section, base: number, index: number, bytes: number): Cursor {
  return new Cursor(section, base + index * bytes);
}
