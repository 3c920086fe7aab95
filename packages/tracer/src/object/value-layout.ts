import type { CType } from '@bpfleet/bpf';
import type { DataLayout, FieldLayout } from '@bpfleet/compiler';
import type { TypeRef, ValueTypes } from './object-types.ts';

/** A field of a structure as it is shown. */
export type NamedField = FieldLayout & { readonly name: string };

/** How many values one structure may unfold to: what a message may carry (contracts' ContractLimits.compositeParts). */
const MAX_PARTS = 4_096;
/** Of one text, bytes: what a message may carry, with room to spare (ContractLimits.stringLength). */
export const MAX_TEXT = 32_768;
const MAX_DEPTH = 16;
const POINTER_BYTES = 8;

/** How a type lies in memory, bytes; null where its size is not known, or it unfolds to more values than are shown. */
export function valueLayout({ types, id }: TypeRef): { readonly data: DataLayout; readonly size: number } | null {
  return new Layouts(types).of(id, 0);
}

/**
 * The fields of a structure or union; those of unnamed ones in it are its own. An array of length 0 at the end has size 0. Null
 * where it unfolds to more values than are shown, or a field lies outside of it.
 */
export function structureFields({ types, id }: TypeRef): readonly NamedField[] | null {
  return new Layouts(types).fields(id, 0);
}

class Layouts {
  readonly #types: ValueTypes;
  #parts = 0;

  constructor(types: ValueTypes) {
    this.#types = types;
  }

  of(id: number, depth: number): { readonly data: DataLayout; readonly size: number } | null {
    const type = this.#types.resolve(id);
    switch (type.kind) {
      case 'integer':
        return this.#leaf({ data: this.#integer(type), size: type.size });
      case 'boolean':
        return this.#leaf({ data: { kind: 'boolean', bytes: 1 }, size: 1 });
      case 'pointer':
        return this.#leaf({ data: { kind: 'pointer' }, size: POINTER_BYTES });
      case 'array':
        return this.#array(type, depth);
      case 'record': {
        const fields = this.fields(type.id, depth);
        return fields === null ? null : { data: { kind: 'record', fields }, size: type.size };
      }
      case 'other':
        return type.size === undefined ? null : this.#leaf({ data: bytes(type.size), size: type.size });
      case 'void':
        return null;
    }
  }

  fields(record: number, depth: number, base = 0): NamedField[] | null {
    if (depth > MAX_DEPTH) return null;
    const whole = this.#types.resolve(record);
    // Of types that nobody vouches for: what lies outside of its structure would be read outside of the value.
    const end = base + (whole.kind === 'record' ? whole.size : 0);
    const fields: NamedField[] = [];
    for (const { name, type, bitOffset, bits } of this.#types.members(record)) {
      const offset = base + Math.floor(bitOffset / 8);
      const resolved = this.#types.resolve(type);
      if (name === '') {
        // An unnamed bit-field only fills.
        if (resolved.kind !== 'record') continue;
        const inner = this.fields(resolved.id, depth + 1, offset);
        if (inner === null || offset + resolved.size > end) return null;
        fields.push(...inner);
        continue;
      }
      const field = bits === 0 ? this.#field(name, type, offset, depth) : this.#bits(name, resolved, bitOffset, bits);
      if (field === null || offset + field.size > end) return null;
      fields.push(bits === 0 ? field : { ...field, offset });
    }
    return fields;
  }

  /** What has no known size is shown as null, and takes nothing. */
  #field(name: string, type: number, offset: number, depth: number): NamedField | null {
    const layout = this.of(type, depth + 1);
    if (layout !== null) return { name, offset, ...layout };
    return this.#parts > MAX_PARTS ? null : { name, offset, data: { kind: 'unreadable' }, size: 0 };
  }

  #bits(name: string, type: CType, bitOffset: number, count: number): NamedField | null {
    if (++this.#parts > MAX_PARTS) return null;
    const shift = bitOffset % 8;
    const bytes = type.kind === 'integer' ? type.size : 1;
    const data: DataLayout = { kind: 'integer', bytes, signed: false, bits: { shift, count } };
    return { name, data, offset: 0, size: Math.ceil((shift + count) / 8) };
  }

  #array(type: CType & { kind: 'array' }, depth: number): { data: DataLayout; size: number } | null {
    if (depth > MAX_DEPTH) return null;
    const element = this.#types.resolve(type.element);
    if (element.kind === 'integer' && element.character) {
      return this.#leaf({ data: { kind: 'string', bytes: Math.min(type.length, MAX_TEXT) }, size: type.length });
    }
    const before = this.#parts;
    const one = this.of(type.element, depth + 1);
    if (one === null) return null;
    this.#parts = before + (this.#parts - before) * type.length;
    if (this.#parts > MAX_PARTS) return null;
    const data: DataLayout = { kind: 'array', element: one.data, stride: one.size, length: type.length };
    return { data, size: one.size * type.length };
  }

  #integer({ size, signed, enumeration }: CType & { kind: 'integer' }): DataLayout {
    if (enumeration === undefined) return { kind: 'integer', bytes: size, signed };
    const names = Object.fromEntries(
      this.#types.enumerators(enumeration).map(({ name, value }) => [value.toString(), name]),
    );
    return { kind: 'integer', bytes: size, signed, names };
  }

  #leaf<T>(layout: T): T | null {
    return ++this.#parts > MAX_PARTS ? null : layout;
  }
}

/** What has no number that is read, as an address of IPv6 in an `__int128`. */
function bytes(length: number): DataLayout {
  return { kind: 'array', element: { kind: 'integer', bytes: 1, signed: false }, stride: 1, length };
}
