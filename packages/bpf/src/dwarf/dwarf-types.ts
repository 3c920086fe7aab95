import type { CEnumerator, CFunction, CMember, CType, RecordKind, TypeSource } from '../btf/type-source.ts';
import { arrayLengths } from './array-lengths.ts';
import { At, Encoding, PASS_BY_REFERENCE, Tag } from './constants.ts';
import type { DebugEntries } from './debug-entries.ts';
import type { DebugInfo } from './debug-info.ts';
import { DwarfError } from './dwarf-error.ts';
import type { Entry } from './entry.ts';
import type { EntryIndex } from './entry-index.ts';
import { MAX_CHAIN, MAX_DIMENSIONS, MAX_LENGTH, MAX_NESTING, MAX_PARTS } from './limits.ts';
import { memberPlace } from './member-place.ts';
import { typeText } from './type-text.ts';

/** A function of a program. */
export interface DwarfFunction extends CFunction {
  readonly parameters: readonly DwarfParameter[];
  /** C++: what it returns it writes where the caller says, which is handed over before the first parameter. */
  readonly returnsByReference: boolean;
}

export interface DwarfParameter {
  /** Empty where the source gives it none. */
  readonly name: string;
  /** Number of its type. */
  readonly type: number;
  /** C++: its class is copied by code of its own, so that its address is handed over. */
  readonly byReference: boolean;
}

const POINTER_BYTES = 8;
/** Of whole numbers, `__int128`. Bytes. */
const WIDEST = 16;
/** Copies that GCC made of a function, or a part of it: which parameters they take, and where, is nowhere told. */
const altered = /\.(?:isra|constprop|part|cold)\b/;
/** Number of `void`, as in BTF. */
const VOID = 0;

const qualifiers: readonly number[] = [
  ...[Tag.TYPEDEF, Tag.CONST_TYPE, Tag.VOLATILE_TYPE, Tag.RESTRICT_TYPE, Tag.ATOMIC_TYPE],
];
const pointers: readonly number[] = [Tag.POINTER_TYPE, Tag.REFERENCE_TYPE, Tag.RVALUE_REFERENCE_TYPE];
const structures: readonly number[] = [Tag.STRUCTURE_TYPE, Tag.CLASS_TYPE, Tag.UNION_TYPE];
const signedEncodings: readonly number[] = [Encoding.SIGNED, Encoding.SIGNED_CHAR];
const unsignedEncodings: readonly number[] = [
  ...[Encoding.UNSIGNED, Encoding.UNSIGNED_CHAR, Encoding.UTF, Encoding.BOOLEAN],
];

/**
 * The types of one program, by DWARF. Numbers of types are `first`, plus eight times the offset of the entry, plus the
 * dimension of an array: so the types of several programs and of the kernel are told apart. Every method throws
 * DwarfError where the entries make no sense.
 */
export class DwarfTypes implements Omit<TypeSource, 'function' | 'functions'> {
  readonly #entries: DebugEntries;
  readonly #index: EntryIndex;
  readonly #first: number;
  readonly #resolved = new Map<number, CType>();
  readonly #fields = new Map<number, readonly CMember[]>();
  /** By number of the structure; open while those in it are weighed. */
  readonly #weights = new Map<number, number | 'open'>();
  #enumerators: Map<string, { readonly value: bigint; readonly enumeration: number }> | undefined;

  constructor(info: DebugInfo, first: number) {
    this.#entries = info.entries;
    this.#index = info.index;
    this.#first = first;
    this.#entries.begin();
  }

  resolve(id: number): CType {
    const known = this.#resolved.get(id) ?? this.#resolve(id);
    this.#resolved.set(id, known);
    return known;
  }

  #resolve(id: number): CType {
    const found = this.#unqualified(id);
    if (found === undefined) return { kind: 'void' };
    const { entry, dimension } = found;
    if (pointers.includes(entry.tag)) return { kind: 'pointer', to: this.#typeOf(entry) };
    if (structures.includes(entry.tag)) return this.#record(entry);
    switch (entry.tag) {
      case Tag.BASE_TYPE:
        return this.#base(entry);
      case Tag.ENUMERATION_TYPE:
        return this.#enumeration(entry);
      case Tag.ARRAY_TYPE:
        return this.#array(entry, dimension);
      default:
        return { kind: 'other', name: this.#entries.nameOf(entry) };
    }
  }

  record(kind: RecordKind, name: string): number | undefined {
    return this.#found(this.#index.type(kind, name));
  }

  /** Names of all structures. */
  structures(): string[] {
    return this.#index.names('struct');
  }

  named(name: string): number | undefined {
    return this.#found(this.#index.type('name', name) ?? this.#index.type('enum', name));
  }

  member(record: number, name: string): CMember | undefined {
    return this.#member(record, name, 0);
  }

  members(record: number): readonly CMember[] {
    this.#weigh(record, 0);
    return this.#fieldsOf(record);
  }

  enumerator(name: string): { readonly value: bigint; readonly enumeration: number } | undefined {
    if (this.#enumerators === undefined) {
      this.#enumerators = new Map();
      for (const offset of this.#index.enumerations()) {
        const enumeration = this.#idOf(offset);
        for (const each of this.enumerators(enumeration)) {
          if (!this.#enumerators.has(each.name)) this.#enumerators.set(each.name, { value: each.value, enumeration });
        }
      }
    }
    return this.#enumerators.get(name);
  }

  enumerators(enumeration: number): readonly CEnumerator[] {
    const values: CEnumerator[] = [];
    for (const child of this.#entries.children(this.#entry(enumeration))) {
      if (child.tag !== Tag.ENUMERATOR) continue;
      values.push({ name: this.#entries.nameOf(child), value: this.#entries.constant(child, At.CONST_VALUE) ?? 0n });
      if (values.length > MAX_PARTS) throw new DwarfError('an enumeration in it has too many values');
    }
    return values;
  }

  /** The function whose code begins at an address. `symbol`: its name in the table of symbols. */
  functionAt(address: number, symbol: string): DwarfFunction | undefined {
    const offset = altered.test(symbol) ? undefined : this.#index.function(address, symbol);
    if (offset === undefined) return undefined;
    const entry = this.#entries.entryAt(offset);
    const parts = this.#parametersOf(entry);
    const returns = this.#inheritedType(entry);
    return {
      id: this.#idOf(offset),
      parameters: parts
        .filter(({ tag }) => tag === Tag.FORMAL_PARAMETER)
        .map((part) => {
          const type = this.#inheritedType(part);
          return { name: this.#entries.nameOf(part), type, byReference: this.#byReference(type) };
        }),
      variadic: parts.some(({ tag }) => tag === Tag.UNSPECIFIED_PARAMETERS),
      returns,
      returnsByReference: this.#byReference(returns),
    };
  }

  /** A type as bpftrace's lists write it. */
  text(id: number): string {
    return typeText(this.#entries, id === VOID ? undefined : this.#entry(id).offset);
  }

  #found(offset: number | undefined): number | undefined {
    return offset === undefined ? undefined : this.#idOf(offset);
  }

  #idOf(offset: number): number {
    return this.#first + offset * MAX_DIMENSIONS;
  }

  #at(id: number): { readonly entry: Entry; readonly dimension: number } {
    const place = id - this.#first;
    return { entry: this.#entries.entryAt(Math.floor(place / MAX_DIMENSIONS)), dimension: place % MAX_DIMENSIONS };
  }

  #entry(id: number): Entry {
    return this.#at(id).entry;
  }

  /** Number of the type that an entry has or leads to; `void` also where that lies in another file. */
  #typeOf(entry: Entry): number {
    const at = this.#entries.reference(entry, At.TYPE);
    return at === undefined ? VOID : this.#idOf(at);
  }

  #inheritedType(entry: Entry): number {
    for (const origin of this.#entries.origins(entry)) {
      const type = this.#typeOf(origin);
      if (type !== VOID) return type;
    }
    return VOID;
  }

  /** Without typedefs and qualifiers; undefined of `void`. A structure that is only declared becomes its definition. */
  #unqualified(id: number): { readonly entry: Entry; readonly dimension: number } | undefined {
    let current = id;
    for (let step = 0; step < MAX_CHAIN; step++) {
      if (current === VOID) return undefined;
      const found = this.#at(current);
      if (!qualifiers.includes(found.entry.tag)) return this.#definition(found.entry) ?? found;
      current = this.#typeOf(found.entry);
    }
    throw new DwarfError('a type in it leads to itself');
  }

  #definition(entry: Entry): { readonly entry: Entry; readonly dimension: number } | undefined {
    if (this.#entries.has(entry, At.SIGNATURE)) {
      const offset = this.#entries.reference(entry, At.SIGNATURE);
      return offset === undefined ? undefined : { entry: this.#entries.entryAt(offset), dimension: 0 };
    }
    if (!structures.includes(entry.tag) || !this.#entries.flag(entry, At.DECLARATION)) return undefined;
    const kind = entry.tag === Tag.UNION_TYPE ? 'union' : 'struct';
    const offset = this.#index.type(kind, this.#entries.nameOf(entry));
    return offset === undefined ? undefined : { entry: this.#entries.entryAt(offset), dimension: 0 };
  }

  #record(entry: Entry): CType {
    const name = this.#entries.nameOf(entry);
    if (this.#entries.flag(entry, At.DECLARATION)) return { kind: 'other', name };
    return { kind: 'record', id: this.#idOf(entry.offset), name, size: this.#size(entry) };
  }

  #base(entry: Entry): CType {
    const name = this.#entries.nameOf(entry);
    const size = this.#size(entry);
    const encoding = Number(this.#entries.constant(entry, At.ENCODING) ?? 0n);
    if (encoding === Encoding.BOOLEAN && size === 1) return { kind: 'boolean' };
    const signed = signedEncodings.includes(encoding);
    const isInteger = signed || unsignedEncodings.includes(encoding);
    const found = isInteger ? integer(size, signed, { character: name === 'char' }) : undefined;
    return found ?? { kind: 'other', name, ...(isInteger && size <= WIDEST && { size }) };
  }

  /** Its sign is that of the type below it, else whether a value is negative. */
  #enumeration(entry: Entry): CType {
    const enumeration = this.#idOf(entry.offset);
    const below = this.#unqualified(this.#typeOf(entry))?.entry;
    const base = below?.tag === Tag.BASE_TYPE ? this.#base(below) : undefined;
    const signed =
      base?.kind === 'integer' ? base.signed : this.enumerators(enumeration).some(({ value }) => value < 0n);
    const found = integer(this.#size(entry), signed, { character: false, enumeration });
    return found ?? { kind: 'other', name: this.#entries.nameOf(entry) };
  }

  #array(entry: Entry, dimension: number): CType {
    const lengths = arrayLengths(this.#entries, entry);
    const isLast = dimension + 1 >= lengths.length;
    const element = isLast ? this.#typeOf(entry) : this.#idOf(entry.offset) + dimension + 1;
    const bytes = product(lengths.slice(dimension + 1)) * this.#bytes(this.#typeOf(entry), 0);
    const length = lengths[dimension] ?? 0;
    // Elements without bytes could be as many as anybody cares to write.
    return { kind: 'array', element, length: bytes > 0 && bytes * length <= MAX_LENGTH ? length : 0 };
  }

  /** Of a value of a type; 0 of what has no size. */
  #bytes(id: number, nesting: number): number {
    const entry = this.#unqualified(id)?.entry;
    if (entry === undefined) return 0;
    if (pointers.includes(entry.tag)) return POINTER_BYTES;
    if (entry.tag !== Tag.ARRAY_TYPE) return this.#size(entry);
    if (nesting > MAX_NESTING) throw new DwarfError('an array in it is one of itself');
    const elements = product(arrayLengths(this.#entries, entry));
    return Math.min(elements * this.#bytes(this.#typeOf(entry), nesting + 1), Number.MAX_SAFE_INTEGER);
  }

  #size(entry: Entry): number {
    const size = Number(this.#entries.constant(entry, At.BYTE_SIZE) ?? 0n);
    if (size < 0 || size > MAX_LENGTH) throw new DwarfError('a type in it is too large');
    return size;
  }

  #fieldsOf(record: number): readonly CMember[] {
    const known = this.#fields.get(record);
    if (known !== undefined) return known;
    const fields: CMember[] = [];
    const entry = this.#entry(record);
    const size = this.#size(entry);
    for (const child of this.#entries.children(entry)) {
      const field = this.#field(child, size);
      if (field !== undefined) fields.push(field);
      if (fields.length > MAX_PARTS) throw new DwarfError('a structure in it has too many fields');
    }
    this.#fields.set(record, fields);
    return fields;
  }

  /**
   * A field; a base class is one without a name, so that its own fields are found in it. Who reads a structure reads
   * `size` bytes: what lies beyond is none of its fields.
   */
  #field(entry: Entry, size: number): CMember | undefined {
    if (entry.tag !== Tag.MEMBER && entry.tag !== Tag.INHERITANCE) return undefined;
    // Static: it lies elsewhere.
    if (this.#entries.flag(entry, At.EXTERNAL) || this.#entries.flag(entry, At.DECLARATION)) return undefined;
    const type = this.#typeOf(entry);
    const whole = this.#bytes(type, 0) * 8;
    const bitOffset = memberPlace(this.#entries, entry, () => whole / 8);
    if (bitOffset === undefined) return undefined;
    const bits = Number(this.#entries.constant(entry, At.BIT_SIZE) ?? 0n);
    if (bits < 0 || bits > Math.min(whole, 64) || bitOffset + (bits === 0 ? whole : bits) > size * 8) return undefined;
    return { name: this.#entries.nameOf(entry), type, bitOffset, bits };
  }

  #member(record: number, name: string, outer: number): CMember | undefined {
    for (const member of this.members(record)) {
      const bitOffset = outer + member.bitOffset;
      if (member.name === name) return { ...member, bitOffset };
      const inner = member.name === '' ? this.resolve(member.type) : undefined;
      const found = inner?.kind === 'record' ? this.#member(inner.id, name, bitOffset) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * How many fields a structure has with those of the structures in it: one that holds itself, or others that are
   * doubled at every step, would be gone through without end.
   */
  #weigh(record: number, nesting: number): number {
    const known = this.#weights.get(record);
    if (known === 'open' || nesting > MAX_NESTING) throw new DwarfError('a structure in it holds itself');
    if (known !== undefined) return known;
    this.#weights.set(record, 'open');
    try {
      let weight = 0;
      for (const { type } of this.#fieldsOf(record)) weight += 1 + this.#weightOf(type, nesting + 1);
      if (weight > MAX_PARTS) throw new DwarfError('a structure in it has too many fields');
      this.#weights.set(record, weight);
      return weight;
    } finally {
      if (this.#weights.get(record) === 'open') this.#weights.delete(record);
    }
  }

  #weightOf(type: number, nesting: number): number {
    let found = this.#unqualified(type)?.entry;
    for (let step = 0; found?.tag === Tag.ARRAY_TYPE; step++) {
      if (step > MAX_NESTING) throw new DwarfError('an array in it is one of itself');
      found = this.#unqualified(this.#typeOf(found))?.entry;
    }
    if (found === undefined || !structures.includes(found.tag)) return 0;
    return this.#weigh(this.#idOf(found.offset), nesting);
  }

  /** Of a function itself, or where it is a copy without any, of what it was copied from. */
  #parametersOf(entry: Entry): readonly Entry[] {
    for (const origin of this.#entries.origins(entry)) {
      const found: Entry[] = [];
      for (const child of this.#entries.children(origin)) {
        if (child.tag === Tag.FORMAL_PARAMETER || child.tag === Tag.UNSPECIFIED_PARAMETERS) found.push(child);
        if (found.length > MAX_PARTS) throw new DwarfError('a function in it has too many parameters');
      }
      if (found.length > 0) return found;
    }
    return [];
  }

  #byReference(type: number): boolean {
    const entry = this.#unqualified(type)?.entry;
    return entry !== undefined && this.#entries.constant(entry, At.CALLING_CONVENTION) === BigInt(PASS_BY_REFERENCE);
  }
}

function integer(
  size: number,
  signed: boolean,
  kind: { readonly character: boolean; readonly enumeration?: number },
): CType | undefined {
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8) return undefined;
  return { kind: 'integer', size, signed, ...kind };
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((all, one) => all * one, 1);
}
