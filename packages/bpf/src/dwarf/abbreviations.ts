import { Form } from './constants.ts';
import { Cursor, type Section } from './cursor.ts';
import { DwarfError } from './dwarf-error.ts';
import { formSize } from './form-size.ts';

export interface AttributeSpec {
  readonly name: number;
  readonly form: number;
  /** The value itself, of DW_FORM_implicit_const. */
  readonly implicit: bigint;
}

/** What entries of one kind have in common (DWARF 5, section 7.5.3). */
export interface Abbreviation {
  readonly tag: number;
  readonly children: boolean;
  readonly attributes: readonly AttributeSpec[];
  /** Where each attribute stands in the list. */
  readonly places: ReadonlyMap<number, number>;
  /** Bytes of all values in the 32-bit and the 64-bit format, where no value says its own. */
  readonly sizes: Readonly<Record<4 | 8, number | undefined>>;
}

export type AbbreviationTable = ReadonlyMap<number, Abbreviation>;

/** Compilers write up to some thirty. Attributes may take no bytes at all: more of them would cost time for nothing. */
const MAX_ATTRIBUTES = 128;
/** Tables that lie upon each other would be read again and again. */
const MAX_OVERLAP = 4;

/** The tables of `.debug_abbrev`, each read once, when it is asked for. */
export class Abbreviations {
  readonly #section: Section;
  readonly #tables = new Map<number, AbbreviationTable>();
  #read = 0;

  constructor(section: Section) {
    this.#section = section;
  }

  /** The table at an offset of the section. Throws DwarfError. */
  table(offset: number): AbbreviationTable {
    const known = this.#tables.get(offset);
    if (known !== undefined) return known;
    const cursor = new Cursor(this.#section, offset);
    const table = readTable(cursor);
    this.#read += cursor.at - offset;
    if (this.#read > this.#section.bytes.length * MAX_OVERLAP) throw new DwarfError('its abbreviations are damaged');
    this.#tables.set(offset, table);
    return table;
  }
}

function readTable(cursor: Cursor): AbbreviationTable {
  const table = new Map<number, Abbreviation>();
  for (let code = cursor.uleb(); code !== 0; code = cursor.uleb()) {
    const tag = cursor.uleb();
    const children = cursor.u8() !== 0;
    const attributes = readSpecs(cursor);
    const places = new Map(attributes.map(({ name }, place) => [name, place]));
    table.set(code, {
      tag,
      children,
      attributes,
      places,
      sizes: { 4: sizeOf(attributes, 4), 8: sizeOf(attributes, 8) },
    });
  }
  return table;
}

function sizeOf(attributes: readonly AttributeSpec[], offsetSize: 4 | 8): number | undefined {
  let sum = 0;
  for (const { form } of attributes) {
    const size = formSize(form, offsetSize);
    if (size === undefined) return undefined;
    sum += size;
  }
  return sum;
}

function readSpecs(cursor: Cursor): AttributeSpec[] {
  const specs: AttributeSpec[] = [];
  for (;;) {
    const [name, form] = [cursor.uleb(), cursor.uleb()];
    if (name === 0 && form === 0) return specs;
    specs.push({ name, form, implicit: form === Form.IMPLICIT_CONST ? cursor.sleb() : 0n });
    if (specs.length > MAX_ATTRIBUTES) throw new DwarfError('an entry in it has too many attributes');
  }
}
