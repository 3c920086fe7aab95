import { At, Form, Tag, UnitType } from './constants.ts';
import type { DebugSections } from './debug-sections.ts';

/** What the value of an attribute is; `to` is the label of an entry. */
type AttributeText =
  | readonly [name: keyof typeof At, form: 'STRP' | 'STRING' | 'STRX1' | 'LINE_STRP', text: string]
  | readonly [name: keyof typeof At, form: 'REF4' | 'REF_ADDR' | 'REF_UDATA', to: string]
  | readonly [name: keyof typeof At, form: 'EXPRLOC', bytes: readonly number[]]
  | readonly [name: keyof typeof At, form: 'FLAG_PRESENT']
  | readonly [
      name: keyof typeof At,
      form:
        | 'ADDR'
        | 'ADDRX'
        | 'DATA1'
        | 'DATA2'
        | 'DATA4'
        | 'DATA8'
        | 'UDATA'
        | 'SDATA'
        | 'IMPLICIT_CONST'
        | 'SEC_OFFSET',
      value: number,
    ];

export interface EntryText {
  readonly tag: keyof typeof Tag;
  /** What references call it. */
  readonly label?: string;
  readonly attributes?: readonly AttributeText[];
  readonly children?: readonly EntryText[];
}

export interface DwarfShape {
  readonly version: 4 | 5;
  /** The 64-bit format of DWARF. */
  readonly wide?: boolean;
  /** One of the two units of a compilation whose entries are in another file; of version 5. */
  readonly split?: { readonly id: number; readonly skeleton: boolean };
  /** Of the unit's first entry. */
  readonly root?: readonly AttributeText[];
}

/** Sections with one unit that has these entries. References are written as 4 bytes, or as long as offsets are. */
export function writeDwarf(entries: readonly EntryText[], shape: DwarfShape = { version: 5 }): DebugSections {
  return new DwarfWriter(shape).write(entries);
}

class DwarfWriter {
  readonly #version: 4 | 5;
  readonly #split: DwarfShape['split'];
  readonly #root: readonly AttributeText[];
  readonly #offsetSize: 4 | 8;
  readonly #info: number[] = [];
  readonly #abbrev: number[] = [];
  readonly #str: number[] = [0];
  readonly #lineStr: number[] = [0];
  readonly #strOffsets: number[] = [];
  readonly #addr: number[] = [];
  readonly #labels = new Map<string, number>();
  readonly #references: { readonly at: number; readonly size: number; readonly to: string }[] = [];
  #code = 0;

  constructor({ version, wide = false, split, root = [['NAME', 'STRING', 'a.c']] }: DwarfShape) {
    this.#split = split;
    this.#root = root;
    this.#version = version;
    this.#offsetSize = wide ? 8 : 4;
  }

  write(entries: readonly EntryText[]): DebugSections {
    const info = this.#info;
    if (this.#offsetSize === 8) info.push(...little(0xffff_ffff, 4));
    info.push(...little(0, this.#offsetSize));
    const start = info.length;
    info.push(...little(this.#version, 2));
    if (this.#version === 5) info.push(this.#unitType(), 8);
    info.push(...little(0, this.#offsetSize));
    if (this.#version === 4) info.push(8);
    if (this.#split !== undefined) info.push(...little(this.#split.id, 8));
    this.#entry({ tag: 'COMPILE_UNIT', attributes: this.#root, children: entries });
    this.#abbrev.push(0);
    for (const [index, byte] of little(info.length - start, this.#offsetSize).entries()) {
      info[start - this.#offsetSize + index] = byte;
    }
    for (const { at, size, to } of this.#references) {
      const target = this.#labels.get(to) ?? 0xffff;
      for (const [index, byte] of little(target, size).entries()) info[at + index] = byte;
    }
    const header = Array.from({ length: this.#offsetSize * 2 }, () => 0);
    return {
      info: Uint8Array.from(info),
      abbrev: Uint8Array.from(this.#abbrev),
      str: Uint8Array.from(this.#str),
      lineStr: Uint8Array.from(this.#lineStr),
      strOffsets: Uint8Array.from([...header, ...this.#strOffsets]),
      addr: Uint8Array.from([...header, ...this.#addr]),
    };
  }

  #unitType(): number {
    if (this.#split === undefined) return UnitType.COMPILE;
    return this.#split.skeleton ? UnitType.SKELETON : UnitType.SPLIT_COMPILE;
  }

  /** Every entry has an abbreviation of its own. */
  #entry({ tag, label, attributes = [], children }: EntryText): void {
    if (label !== undefined) this.#labels.set(label, this.#info.length);
    this.#code++;
    this.#info.push(...uleb(this.#code));
    this.#abbrev.push(...uleb(this.#code), ...uleb(Tag[tag]), children === undefined ? 0 : 1);
    for (const attribute of attributes) this.#attribute(attribute);
    this.#abbrev.push(0, 0);
    if (children === undefined) return;
    for (const child of children) this.#entry(child);
    this.#info.push(0);
  }

  #attribute(attribute: AttributeText): void {
    const [name, form, value] = attribute;
    this.#abbrev.push(...uleb(At[name]), ...uleb(Form[form]));
    if (form === 'IMPLICIT_CONST') this.#abbrev.push(...sleb(value));
    else this.#info.push(...this.#value(attribute));
  }

  #value([, form, value]: AttributeText): number[] {
    switch (form) {
      case 'STRING':
        return [...text(value)];
      case 'STRP':
        return little(append(this.#str, text(value)), this.#offsetSize);
      case 'LINE_STRP':
        return little(append(this.#lineStr, text(value)), this.#offsetSize);
      case 'STRX1': {
        const at = append(this.#str, text(value));
        return [append(this.#strOffsets, little(at, this.#offsetSize)) / this.#offsetSize];
      }
      case 'ADDRX':
        return uleb(append(this.#addr, little(value, 8)) / 8);
      case 'REF4':
        return this.#reference(value, 4);
      case 'REF_ADDR':
        return this.#reference(value, this.#offsetSize);
      case 'REF_UDATA':
        return uleb(this.#labels.get(value) ?? 0);
      case 'EXPRLOC':
        return [...uleb(value.length), ...value];
      case 'UDATA':
        return uleb(value);
      case 'SDATA':
        return sleb(value);
      case 'SEC_OFFSET':
        return little(value, this.#offsetSize);
      case 'FLAG_PRESENT':
      case 'IMPLICIT_CONST':
        return [];
      default:
        return little(value, { ADDR: 8, DATA1: 1, DATA2: 2, DATA4: 4, DATA8: 8 }[form]);
    }
  }

  /** Filled in when all entries are written. */
  #reference(to: string, size: number): number[] {
    this.#references.push({ at: this.#info.length, size, to });
    return little(0, size);
  }
}

function append(section: number[], bytes: readonly number[]): number {
  const at = section.length;
  section.push(...bytes);
  return at;
}

function text(value: string): number[] {
  return [...new TextEncoder().encode(value), 0];
}

function little(value: number, bytes: number): number[] {
  const wide = BigInt.asUintN(64, BigInt(value));
  return Array.from({ length: bytes }, (_, index) => Number((wide >> BigInt(index * 8)) & 0xffn));
}

function uleb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...uleb(Math.floor(value / 0x80))];
}

function sleb(value: number): number[] {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...sleb(value >> 7)];
}
