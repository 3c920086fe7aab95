import { Btf, type BtfVariable } from '../btf/btf.ts';
import { BtfError } from '../btf/btf-error.ts';
import { didYouMean } from '../did-you-mean.ts';
import { viewOf } from '../elf/byte-source.ts';
import { SectionType } from '../elf/elf-file.ts';
import type { ObjectSection } from '../elf/object-section.ts';
import { relocatedSection } from '../elf/relocate-section.ts';
import type { ManifestValue } from '../manifest/manifest.ts';
import { encodeValue } from './encode-value.ts';

/** A variable of an object that may be set before it is loaded. */
export interface SettableVariable {
  readonly name: string;
  /** As C writes it. */
  readonly type: string;
}

/** What is wrong with one value. */
export interface VariableProblem {
  readonly name: string;
  readonly message: string;
}

/** Constants (`const volatile`) and variables with a value; those of .bss have no place in the file. Throws BtfError, ElfError. */
export function settableVariables(sections: readonly ObjectSection[]): SettableVariable[] {
  const btf = typesOf(sections);
  return btf === null
    ? []
    : variablesOf(btf, sections).map(({ name, type }) => ({
        name,
        type: btf.text(type).replace(/\bvolatile |\bconst /g, ''),
      }));
}

/**
 * The object with variables set to these values, by name, or `NAME.FIELD` of a structure; ranges are those of their
 * types. `sections` as `readObject` gives them. Throws BtfError, ElfError where the object is damaged.
 */
export function setVariables(
  object: Uint8Array,
  sections: readonly ObjectSection[],
  values: Readonly<Record<string, ManifestValue>>,
): { readonly object: Uint8Array } | { readonly problems: readonly VariableProblem[] } {
  const entries = Object.entries(values);
  if (entries.length === 0) return { object };
  const bytes = Uint8Array.from(object);
  const btf = typesOf(sections);
  const problems: VariableProblem[] = [];
  for (const [name, value] of entries) {
    const message =
      btf === null ? 'the object has no type information: build it with -g' : set(btf, sections, bytes, name, value);
    if (message !== undefined) problems.push({ name, message });
  }
  return problems.length === 0 ? { object: bytes } : { problems };
}

function set(
  btf: Btf,
  sections: readonly ObjectSection[],
  bytes: Uint8Array,
  path: string,
  value: ManifestValue,
): string | undefined {
  const [name = '', ...fields] = path.split('.');
  const known = variablesOf(btf, sections);
  const variable = known.find((each) => each.name === name);
  if (variable === undefined) return unknown(btf, known, name);
  const section = sections.find((each) => each.name === variable.section);
  if (section === undefined || variable.offset + variable.size > section.bytes.length) {
    throw new BtfError(`variable ${name} lies outside of its section`);
  }
  const place = fieldOf(btf, variable, fields);
  if (typeof place === 'string') return `${path}: ${place}`;
  // Of its own bytes alone, so that no type can lead out of it.
  const view = viewOf(
    bytes.subarray(section.offset + variable.offset, section.offset + variable.offset + variable.size),
  );
  try {
    const wrong = encodeValue({ types: btf, view }, place.type, place.offset, value);
    return wrong === undefined ? undefined : `${path} ${wrong}`;
  } catch (error) {
    if (error instanceof RangeError) throw new BtfError(`variable ${name} is smaller than its type`);
    throw error;
  }
}

function unknown(btf: Btf, known: readonly BtfVariable[], name: string): string {
  const written = btf.variables().find((each) => each.name === name);
  if (written?.section.startsWith('.bss')) {
    return `${name} is a variable that begins as zero, which the file has no place for: declare it const volatile`;
  }
  const hint = didYouMean(
    name,
    known.map((each) => each.name),
  );
  const names = known.map((each) => each.name).join(', ');
  return `there is no variable ${name}${hint === undefined ? '' : `; ${hint}`}${names === '' ? '' : ` (there are ${names})`}`;
}

function fieldOf(
  btf: Btf,
  variable: BtfVariable,
  fields: readonly string[],
): { readonly type: number; readonly offset: number } | string {
  let place: { readonly type: number; readonly offset: number } = { type: variable.type, offset: 0 };
  for (const field of fields) {
    const record = btf.resolve(place.type);
    if (record.kind !== 'record') return `it is no structure, and has no field ${field}`;
    const member = btf.member(record.id, field);
    if (member === undefined) {
      const hint = didYouMean(
        field,
        btf.members(record.id).map(({ name }) => name),
      );
      return `there is no field ${field}${hint === undefined ? '' : `; ${hint}`}`;
    }
    if (member.bits !== 0) return `its field ${field} is a bit-field, which cannot be set`;
    place = { type: member.type, offset: place.offset + member.bitOffset / 8 };
  }
  return place;
}

function variablesOf(btf: Btf, sections: readonly ObjectSection[]): BtfVariable[] {
  return btf.variables().filter(({ section }) => {
    const found = sections.find(({ name }) => name === section);
    return /^\.(rodata|data)(\.|$)/.test(section) && found !== undefined && found.type !== SectionType.NOBITS;
  });
}

function typesOf(sections: readonly ObjectSection[]): Btf | null {
  const bytes = relocatedSection(sections, '.BTF');
  return bytes.length === 0 ? null : Btf.checked(bytes);
}
