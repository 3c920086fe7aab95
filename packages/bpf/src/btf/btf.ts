import { BtfError } from './btf-error.ts';
import { checkReferences } from './check-references.ts';
import { type BtfIndex, indexTypes, Kind, TYPE_BYTES } from './index-types.ts';
import type { CEnumerator, CFunction, CMember, CType, RecordKind, TypeSource } from './type-source.ts';

/** Typedefs and qualifiers on top of each other: a kernel has some ten; more is a circle. */
const MAX_CHAIN = 64;
const MAX_NAME = 512;
/** `BTF_INT_*`, the encodings of an integer (linux/btf.h). */
const SIGNED = 1;
const BOOL = 4;
/** `BTF_VAR_GLOBAL_ALLOCATED`: defined here, and not `static`. */
const GLOBAL_ALLOCATED = 1;

/** A variable of an object that lies in a section. Bytes. */
export interface BtfVariable {
  readonly name: string;
  readonly section: string;
  /** Number of its type. */
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly global: boolean;
}

/**
 * The types of a kernel, as `/sys/kernel/btf/vmlinux` holds them. Only where each type begins is read at once; a type
 * is made sense of when it is asked for. Every method throws BtfError where the bytes make no sense.
 */
export class Btf implements TypeSource {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #index: BtfIndex;
  readonly #found = new Map<string, number>();
  #functions: readonly string[] | undefined;
  #enumerators: Map<string, { readonly value: bigint; readonly enumeration: number }> | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#index = indexTypes(this.#view);
  }

  /**
   * The types of bytes that nobody vouches for, as those of an object are: every name and reference is held against what
   * there is at once, and not when it is asked for.
   */
  static checked(bytes: Uint8Array): Btf {
    const btf = new Btf(bytes);
    checkReferences(btf.#view, btf.#index);
    return btf;
  }

  /** How many types there are, `void` included. */
  get length(): number {
    return this.#index.offsets.length;
  }

  resolve(id: number): CType {
    let current = id;
    for (let step = 0; step < MAX_CHAIN; step++) {
      if (current === 0) return { kind: 'void' };
      const at = this.#at(current);
      switch (this.#kind(at)) {
        case Kind.TYPEDEF:
        case Kind.VOLATILE:
        case Kind.CONST:
        case Kind.RESTRICT:
        case Kind.TYPE_TAG:
          current = this.#u32(at + 8);
          continue;
        case Kind.INT:
          return this.#integer(at);
        case Kind.ENUM:
        case Kind.ENUM64:
          return sizedInteger(this.#u32(at + 8), this.#flag(at), false, current) ?? this.#other(at);
        case Kind.PTR:
          return { kind: 'pointer', to: this.#u32(at + 8) };
        case Kind.ARRAY:
          return { kind: 'array', element: this.#u32(at + 12), length: this.#u32(at + 20) };
        case Kind.STRUCT:
        case Kind.UNION:
          return { kind: 'record', id: current, name: this.#name(at), size: this.#u32(at + 8) };
        default:
          return this.#other(at);
      }
    }
    throw new BtfError(`type ${id} leads to itself`);
  }

  /** A type as C writes it, with the names of its typedefs: `const char *`, `struct file *`, `loff_t`. */
  text(id: number, depth = 0): string {
    if (id === 0 || depth > MAX_CHAIN) return 'void';
    const at = this.#at(id);
    const inner = () => this.text(this.#u32(at + 8), depth + 1);
    switch (this.#kind(at)) {
      case Kind.PTR:
        return `${inner()}${inner().endsWith('*') ? '*' : ' *'}`;
      case Kind.CONST:
      case Kind.VOLATILE:
      case Kind.RESTRICT: {
        const word = { [Kind.CONST]: 'const', [Kind.VOLATILE]: 'volatile', [Kind.RESTRICT]: 'restrict' }[
          this.#kind(at)
        ];
        return inner().endsWith('*') ? `${inner()} ${word}` : `${word} ${inner()}`;
      }
      case Kind.TYPE_TAG:
        return inner();
      case Kind.ARRAY:
        return `${this.text(this.#u32(at + 12), depth + 1)}[${this.#u32(at + 20)}]`;
      case Kind.STRUCT:
        return `struct ${this.#name(at)}`;
      case Kind.UNION:
        return `union ${this.#name(at)}`;
      case Kind.ENUM:
      case Kind.ENUM64:
        return `enum ${this.#name(at)}`;
      case Kind.FWD:
        return `${this.#flag(at) ? 'union' : 'struct'} ${this.#name(at)}`;
      case Kind.FUNC_PROTO:
        return `${inner()} ()`;
      default:
        return this.#name(at);
    }
  }

  record(kind: RecordKind, name: string): number | undefined {
    return this.#find(kind === 'struct' ? Kind.STRUCT : Kind.UNION, name);
  }

  member(record: number, name: string): CMember | undefined {
    return this.#member(record, name, 0, new Set());
  }

  members(record: number): readonly CMember[] {
    const at = this.#recordAt(record);
    return at === undefined ? [] : Array.from({ length: this.#count(at) }, (_, index) => this.#memberAt(at, index));
  }

  named(name: string): number | undefined {
    for (const kind of [Kind.TYPEDEF, Kind.INT, Kind.ENUM, Kind.ENUM64]) {
      const found = this.#find(kind, name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  enumerator(name: string): { readonly value: bigint; readonly enumeration: number } | undefined {
    this.#enumerators ??= this.#indexEnumerators();
    return this.#enumerators.get(name);
  }

  #indexEnumerators(): Map<string, { readonly value: bigint; readonly enumeration: number }> {
    const found = new Map<string, { readonly value: bigint; readonly enumeration: number }>();
    for (let id = 1; id < this.length; id++) {
      const kind = this.#kind(this.#at(id));
      if (kind !== Kind.ENUM && kind !== Kind.ENUM64) continue;
      for (const { name, value } of this.enumerators(id)) found.set(name, { value, enumeration: id });
    }
    return found;
  }

  enumerators(enumeration: number): readonly CEnumerator[] {
    const at = this.#at(enumeration);
    const kind = this.#kind(at);
    if (kind !== Kind.ENUM && kind !== Kind.ENUM64) return [];
    const wide = kind === Kind.ENUM64;
    const signed = this.#flag(at);
    return Array.from({ length: this.#count(at) }, (_, index) => {
      const member = at + TYPE_BYTES + index * (wide ? 12 : 8);
      const high = wide ? BigInt(this.#u32(member + 8)) << 32n : 0n;
      const bits = high | BigInt(this.#u32(member + 4));
      const width = wide ? 64 : 32;
      return { name: this.#name(member), value: signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits) };
    });
  }

  function(name: string): CFunction | undefined {
    const id = this.#find(Kind.FUNC, name);
    if (id === undefined) return undefined;
    const prototype = this.#at(this.#u32(this.#at(id) + 8));
    if (this.#kind(prototype) !== Kind.FUNC_PROTO) throw new BtfError(`function ${name} has no prototype`);
    const parameters = Array.from({ length: this.#count(prototype) }, (_, index) => {
      const at = prototype + TYPE_BYTES + index * 8;
      return { name: this.#name(at), type: this.#u32(at + 4) };
    });
    // A last parameter without a type stands for `...`.
    const variadic = parameters.at(-1)?.type === 0;
    if (variadic) parameters.pop();
    return { id, parameters, variadic, returns: this.#u32(prototype + 8) };
  }

  /** A type as it lies there. `to`: the type it is made of, the size of others; of what is only declared 1 for a union. */
  node(id: number): { readonly kind: number; readonly name: string; readonly to: number } {
    const at = this.#at(id);
    const kind = this.#kind(at);
    const to = kind === Kind.FWD ? Number(this.#flag(at)) : this.#u32(at + 8);
    return { kind, name: this.#name(at), to };
  }

  /** Of an array. */
  elements(id: number): { readonly element: number; readonly length: number } {
    const at = this.#at(id);
    return { element: this.#u32(at + 12), length: this.#u32(at + 20) };
  }

  /** Types of the parameters of a function's prototype; a last one of 0 stands for `...`. */
  parameters(prototype: number): number[] {
    const at = this.#at(prototype);
    return Array.from({ length: this.#count(at) }, (_, index) => this.#u32(at + TYPE_BYTES + index * 8 + 4));
  }

  /** Records or enumerations that have a name. */
  *definitions(of: 'struct' | 'union' | 'enum'): Generator<{ readonly name: string; readonly id: number }> {
    const kinds: readonly number[] = { struct: [Kind.STRUCT], union: [Kind.UNION], enum: [Kind.ENUM, Kind.ENUM64] }[of];
    for (let id = 1; id < this.length; id++) {
      const at = this.#at(id);
      if (kinds.includes(this.#kind(at)) && this.#u32(at) !== 0) yield { name: this.#name(at), id };
    }
  }

  /**
   * The variables of an object, section by section. Where they lie is only known of a `.BTF` whose relocations are done
   * (relocatedSection).
   */
  variables(): BtfVariable[] {
    const found: BtfVariable[] = [];
    for (let id = 1; id < this.length; id++) {
      const section = this.#at(id);
      if (this.#kind(section) !== Kind.DATASEC) continue;
      for (let row = 0; row < this.#count(section); row++) {
        const at = section + TYPE_BYTES + row * 12;
        const variable = this.#at(this.#u32(at));
        if (this.#kind(variable) !== Kind.VAR) continue;
        found.push({
          name: this.#name(variable),
          section: this.#name(section),
          type: this.#u32(variable + 8),
          offset: this.#u32(at + 4),
          size: this.#u32(at + 8),
          global: this.#u32(variable + TYPE_BYTES) === GLOBAL_ALLOCATED,
        });
      }
    }
    return found;
  }

  functions(): readonly string[] {
    this.#functions ??= [...this.#namesOf(Kind.FUNC)];
    return this.#functions;
  }

  *#namesOf(kind: number): Generator<string> {
    for (let id = 1; id < this.length; id++) {
      const at = this.#at(id);
      if (this.#kind(at) === kind) yield this.#name(at);
    }
  }

  #member(record: number, name: string, outer: number, seen: Set<number>): CMember | undefined {
    const at = this.#recordAt(record);
    if (at === undefined || seen.has(record)) return undefined;
    seen.add(record);
    for (let index = 0; index < this.#count(at); index++) {
      const member = this.#memberAt(at, index);
      const bitOffset = outer + member.bitOffset;
      if (member.name === name) return { ...member, bitOffset };
      if (member.name !== '') continue;
      const inner = this.resolve(member.type);
      const found = inner.kind === 'record' ? this.#member(inner.id, name, bitOffset, seen) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** With the kind flag set, the upper 8 bits of a member's offset are the size of its bit-field. */
  #memberAt(record: number, index: number): CMember {
    const at = record + TYPE_BYTES + index * 12;
    const offset = this.#u32(at + 8);
    const packed = this.#flag(record);
    return {
      name: this.#name(at),
      type: this.#u32(at + 4),
      bitOffset: packed ? offset & 0xffffff : offset,
      bits: packed ? offset >>> 24 : 0,
    };
  }

  #recordAt(id: number): number | undefined {
    const at = this.#at(id);
    const kind = this.#kind(at);
    return kind === Kind.STRUCT || kind === Kind.UNION ? at : undefined;
  }

  #integer(at: number): CType {
    const [size, word, name] = [this.#u32(at + 8), this.#u32(at + 12), this.#name(at)];
    // A part of a word only: bit 16 and up where it begins, below how many bits it has.
    const isWhole = (word & 0xff) === size * 8 && ((word >>> 16) & 0xff) === 0;
    if (!isWhole) return { kind: 'other', name };
    if (((word >>> 24) & BOOL) !== 0 && size === 1) return { kind: 'boolean' };
    return sizedInteger(size, ((word >>> 24) & SIGNED) !== 0, name === 'char') ?? { kind: 'other', name, size };
  }

  #other(at: number): CType {
    return { kind: 'other', name: this.#name(at) };
  }

  /** Compares bytes: making strings of all names takes far longer. */
  #find(kind: number, name: string): number | undefined {
    const key = `${kind} ${name}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const wanted = new TextEncoder().encode(`${name}\0`);
    for (let id = 1; id < this.length; id++) {
      const at = this.#at(id);
      if (this.#kind(at) !== kind || !this.#isNamed(at, wanted)) continue;
      this.#found.set(key, id);
      return id;
    }
    return undefined;
  }

  #isNamed(at: number, wanted: Uint8Array): boolean {
    const start = this.#index.stringsStart + this.#u32(at);
    if (start + wanted.length > this.#index.stringsEnd) return false;
    for (let index = 0; index < wanted.length; index++) {
      if (this.#bytes[start + index] !== wanted[index]) return false;
    }
    return true;
  }

  /** The name that the first four bytes at a place point to. */
  #name(at: number): string {
    const start = this.#index.stringsStart + this.#u32(at);
    const limit = Math.min(this.#index.stringsEnd, start + MAX_NAME);
    let text = '';
    for (let next = start; next < limit && this.#bytes[next] !== 0; next++) {
      text += String.fromCharCode(this.#bytes[next] ?? 0);
    }
    return text;
  }

  #at(id: number): number {
    const at = this.#index.offsets[id];
    if (at === undefined || id === 0) throw new BtfError(`there is no type ${id}`);
    return at;
  }

  #kind(at: number): number {
    return (this.#u32(at + 4) >>> 24) & 0x1f;
  }

  #count(at: number): number {
    return this.#u32(at + 4) & 0xffff;
  }

  #flag(at: number): boolean {
    return this.#u32(at + 4) >>> 31 === 1;
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, true);
  }
}

function sizedInteger(size: number, signed: boolean, character: boolean, enumeration?: number): CType | undefined {
  if (size !== 1 && size !== 2 && size !== 4 && size !== 8) return undefined;
  return { kind: 'integer', size, signed, character, ...(enumeration === undefined ? {} : { enumeration }) };
}
