import type { CEnumerator, CFunction, CMember, CType, RecordKind, TypeSource } from '@bpfleet/bpf';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { Span } from '../source/span.ts';
import type {
  CDefinition,
  EnumDefinition,
  RecordDefinition,
  RecordField,
  TypedefDefinition,
  TypeName,
} from '../syntax/ast.ts';
import { type Extent, type LaidField, layOut, scalarExtent } from './c-layout.ts';
import { namedType } from './named-type.ts';

/** Numbers of the script's own types; a kernel has at most 2^20 (BTF_MAX_TYPE). */
const OWN = 0x4000_0000;
const VOID = OWN;
/** Bytes of a structure or array; the whole of it is never read at once. */
const MAX_SIZE = 0x7fff_ffff;
/** Structures within each other, whose size is looked for. */
const MAX_NESTING = 64;

interface OwnType {
  type: CType;
  extent?: Extent;
  members?: readonly CMember[];
  enumerators?: readonly CEnumerator[];
}

/** What is known of the name of a type before it is laid out. */
interface Named {
  readonly definition: RecordDefinition | EnumDefinition | TypedefDefinition;
  id?: number;
}

/**
 * The types that a script defines in C, laid over those of the kernel: a name of the script's hides the kernel's.
 * Definitions that make no sense are reported, and what depends on them is unknown.
 */
export class ScriptTypes implements TypeSource {
  readonly #kernel: TypeSource | undefined;
  readonly #diagnostics: Diagnostics;
  readonly #types: OwnType[] = [{ type: { kind: 'void' } }];
  /** By `struct name`, `enum name` or the plain name of a typedef. */
  readonly #names = new Map<string, Named>();
  readonly #constants = new Map<string, { readonly value: bigint; readonly enumeration: number }>();
  readonly #basic = new Map<string, number>();

  constructor(definitions: readonly CDefinition[], kernel: TypeSource | undefined, diagnostics: Diagnostics) {
    this.#kernel = kernel;
    this.#diagnostics = diagnostics;
    for (const definition of definitions) {
      if (definition.kind !== 'define-definition') this.#collect(definition);
    }
    // A pointer may point to a structure that is defined later; everything else needs what is defined before.
    for (const named of this.#names.values()) {
      if (named.definition.kind === 'record-definition') named.id = this.#reserve(named.definition);
    }
    for (const definition of definitions) {
      if (definition.kind === 'typedef-definition') this.#typedef(definition);
      else if (definition.kind !== 'define-definition') this.#base(definition, definition.span);
    }
  }

  /** Whether the script itself defines a name: `struct name`, `enum name` or that of a typedef. */
  defines(name: string): boolean {
    return this.#names.has(name);
  }

  resolve(id: number): CType {
    return this.#own(id)?.type ?? this.#kernel?.resolve(id) ?? { kind: 'void' };
  }

  record(kind: RecordKind, name: string): number | undefined {
    const own = this.#names.get(`${kind} ${name}`);
    return own === undefined ? this.#kernel?.record(kind, name) : own.id;
  }

  member(record: number, name: string): CMember | undefined {
    return this.#own(record) === undefined ? this.#kernel?.member(record, name) : this.#memberOf(record, name, 0);
  }

  members(record: number): readonly CMember[] {
    const own = this.#own(record);
    return own === undefined ? (this.#kernel?.members(record) ?? []) : (own.members ?? []);
  }

  named(name: string): number | undefined {
    const own = this.#names.get(name) ?? this.#names.get(`enum ${name}`);
    return own === undefined ? this.#kernel?.named(name) : own.id;
  }

  enumerator(name: string): { readonly value: bigint; readonly enumeration: number } | undefined {
    return this.#constants.get(name) ?? this.#kernel?.enumerator(name);
  }

  enumerators(enumeration: number): readonly CEnumerator[] {
    const own = this.#own(enumeration);
    return own === undefined ? (this.#kernel?.enumerators(enumeration) ?? []) : (own.enumerators ?? []);
  }

  function(name: string): CFunction | undefined {
    return this.#kernel?.function(name);
  }

  functions(): readonly string[] {
    return this.#kernel?.functions() ?? [];
  }

  #own(id: number): OwnType | undefined {
    return id >= OWN ? this.#types[id - OWN] : undefined;
  }

  #add(type: OwnType): number {
    this.#types.push(type);
    return OWN + this.#types.length - 1;
  }

  #memberOf(record: number, name: string, outer: number): CMember | undefined {
    for (const member of this.members(record)) {
      const bitOffset = outer + member.bitOffset;
      if (member.name === name) return { ...member, bitOffset };
      const inner = member.name === '' ? this.resolve(member.type) : undefined;
      if (inner?.kind !== 'record') continue;
      const found = this.#memberOf(inner.id, name, bitOffset);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Notes the names of a definition and of those within it. */
  #collect(definition: Named['definition']): void {
    if (definition.kind === 'enum-definition') {
      if (definition.name !== '') this.#name(`enum ${definition.name}`, definition);
      return;
    }
    if (definition.kind === 'typedef-definition') {
      this.#name(definition.name, definition);
      if (definition.type.kind !== 'type-name') this.#collect(definition.type);
      return;
    }
    if (definition.name !== '') this.#name(`${definition.tag} ${definition.name}`, definition);
    const parts = new Set(definition.fields.map(({ type }) => type));
    for (const type of parts) if (type.kind !== 'type-name') this.#collect(type);
  }

  #name(name: string, definition: Named['definition']): void {
    // `typedef struct a {...} a, *b;` has the structure twice.
    if (this.#names.get(name)?.definition.span.start === definition.span.start) return;
    if (this.#names.has(name)) {
      this.#error(definition.span, `redefinition of '${name.split(' ').at(-1)}'`);
      return;
    }
    this.#names.set(name, { definition });
  }

  #error(span: Span, message: string): void {
    this.#diagnostics.error('invalid-use', span, message);
  }

  #typedef(definition: TypedefDefinition): void {
    const id = this.#declared(definition, definition.span);
    const named = this.#names.get(definition.name);
    if (id !== undefined && named?.definition === definition) named.id = id;
  }

  #reserve(definition: RecordDefinition): number {
    const id = OWN + this.#types.length;
    return this.#add({ type: { kind: 'record', id, name: definition.name, size: 0 } });
  }

  #layOut(definition: RecordDefinition, id: number): void {
    const own = this.#own(id);
    if (own === undefined) return;
    const fields: LaidField[] = [];
    for (const field of definition.fields) {
      const laid = this.#field(field);
      if (laid !== undefined) fields.push(laid);
    }
    const shape = { union: definition.tag === 'union', packed: definition.packed, align: definition.align ?? 1 };
    const { members, size, align } = layOut(fields, shape);
    if (size > MAX_SIZE) this.#error(definition.span, `'${definition.name}' is larger than ${MAX_SIZE} bytes`);
    own.type = { kind: 'record', id, name: definition.name, size: Math.min(size, MAX_SIZE) };
    own.extent = { size: Math.min(size, MAX_SIZE), align };
    own.members = members;
  }

  #field(field: RecordField): LaidField | undefined {
    const type = this.#declared(field, field.span);
    if (type === undefined) return undefined;
    const extent = this.#extent(type, 0);
    if (extent === undefined) {
      this.#error(field.span, `field has incomplete type '${describe(field.type)}'`);
      return undefined;
    }
    if (field.bits !== undefined && !this.#holdsBits(type, field, extent)) return undefined;
    return { name: field.name, type, ...extent, ...(field.bits === undefined ? {} : { bits: field.bits }) };
  }

  #holdsBits(type: number, { name, bits = 0, span }: RecordField, { size }: Extent): boolean {
    const { kind } = this.resolve(type);
    const message =
      kind !== 'integer' && kind !== 'boolean'
        ? `bit-field '${name}' is no integer`
        : bits > size * 8
          ? `width of bit-field '${name}' (${bits} bits) exceeds the width of its type (${size * 8} bits)`
          : bits === 0 && name !== ''
            ? `named bit-field '${name}' has zero width`
            : undefined;
    if (message !== undefined) this.#error(span, message);
    return message === undefined;
  }

  /** The number of the type of a field or typedef, with its pointers and dimensions. */
  #declared({ type, pointers, dimensions }: Pick<RecordField, 'type' | 'pointers' | 'dimensions'>, span: Span) {
    let id = this.#base(type, span);
    if (id === undefined) return undefined;
    const stars = type.kind === 'type-name' ? type.pointers : (pointers ?? 0);
    for (let level = 0; level < stars; level++) id = this.#add({ type: { kind: 'pointer', to: id } });
    const lengths = type.kind === 'type-name' ? type.dimensions : (dimensions ?? []);
    for (const length of lengths.toReversed()) {
      id = this.#add({ type: { kind: 'array', element: id, length: length ?? 0 } });
      if ((this.#extent(id, 0)?.size ?? 0) > MAX_SIZE) {
        this.#error(span, `an array is larger than ${MAX_SIZE} bytes`);
        return undefined;
      }
    }
    return id;
  }

  #base(type: RecordField['type'], span: Span): number | undefined {
    if (type.kind === 'type-name') return this.#typeName(type, span);
    const named = this.#names.get(`${type.kind === 'enum-definition' ? 'enum' : type.tag} ${type.name}`);
    // `typedef struct a {...} b, *c;` has the definition twice.
    const own = type.name !== '' && named?.definition.span.start === type.span.start ? named : undefined;
    if (type.kind === 'enum-definition') {
      const id = own?.id ?? this.#enumeration(type);
      if (own !== undefined) own.id = id;
      return id;
    }
    const id = own?.id ?? this.#reserve(type);
    if (this.#own(id)?.extent === undefined) this.#layOut(type, id);
    return id;
  }

  #typeName({ tag, name }: TypeName, span: Span): number | undefined {
    if (tag !== undefined) {
      const own = this.#names.get(`${tag} ${name}`);
      const id = own === undefined ? this.#kernelType(tag, name) : own.id;
      return id ?? this.#add({ type: { kind: 'other', name } });
    }
    if (name === 'void') return VOID;
    const own = this.#names.get(name);
    const id = own === undefined ? (this.#basicType(name) ?? this.#kernel?.named(name)) : own.id;
    if (id === undefined) this.#error(span, `unknown type name '${name}'`);
    return id;
  }

  #kernelType(tag: 'struct' | 'union' | 'enum', name: string): number | undefined {
    return tag === 'enum' ? this.#kernel?.named(name) : this.#kernel?.record(tag, name);
  }

  #basicType(name: string): number | undefined {
    const known = this.#basic.get(name);
    if (known !== undefined) return known;
    const own = basicType(name);
    if (own === undefined) return undefined;
    const id = this.#add(own);
    this.#basic.set(name, id);
    return id;
  }

  #enumeration({ values }: EnumDefinition): number {
    const signed = values.some(({ value }) => value < 0n);
    const limit = signed ? 1n << 31n : 1n << 32n;
    const wide = values.some(({ value }) => value >= limit || value < -(1n << 31n));
    const enumeration = OWN + this.#types.length;
    const type: CType = { kind: 'integer', size: wide ? 8 : 4, signed, character: false, enumeration };
    for (const { name, value, span } of values) {
      if (this.#constants.has(name)) this.#error(span, `redefinition of enumerator '${name}'`);
      this.#constants.set(name, { value, enumeration });
    }
    return this.#add({ type, enumerators: values.map(({ name, value }) => ({ name, value })) });
  }

  /** undefined of what has no size: `void`, functions, structures that are only named or not laid out yet. */
  #extent(id: number, nesting: number): Extent | undefined {
    const own = this.#own(id);
    if (own?.extent !== undefined) return own.extent;
    const type = this.resolve(id);
    const scalar = scalarExtent(type);
    if (scalar !== undefined) return scalar;
    if (nesting > MAX_NESTING) return undefined;
    if (type.kind === 'array') {
      const element = this.#extent(type.element, nesting + 1);
      return element === undefined ? undefined : { size: element.size * type.length, align: element.align };
    }
    if (type.kind !== 'record' || own !== undefined) return undefined;
    // BTF tells no alignment: it is that of the fields.
    const aligns = this.members(id).map((member) => this.#extent(member.type, nesting + 1)?.align ?? 1);
    return { size: type.size, align: aligns.reduce((most, align) => Math.max(most, align), 1) };
  }
}

/** C's own types; of floating point only the size is of use. */
function basicType(name: string): OwnType | undefined {
  if (name === 'float') return { type: { kind: 'other', name }, extent: { size: 4, align: 4 } };
  if (name === 'double') return { type: { kind: 'other', name }, extent: { size: 8, align: 8 } };
  const written = { kind: 'type-name', name, pointers: 0, dimensions: [], span: { start: 0, end: 0 } } as const;
  const type = namedType(written, { types: undefined, maxString: 0, space: 'kernel' });
  if (type === undefined || 'reason' in type) return undefined;
  // bpftrace prints those of the kernel by their words, those of a script's own structures as numbers.
  if (type.kind === 'boolean') return { type: { kind: 'integer', size: 1, signed: false, character: false } };
  if (type.kind !== 'integer') return undefined;
  return { type: { kind: 'integer', size: type.size, signed: type.signed, character: type.character === true } };
}

function describe(type: RecordField['type']): string {
  if (type.kind === 'type-name') return type.tag === undefined ? type.name : `${type.tag} ${type.name}`;
  return type.kind === 'enum-definition' ? `enum ${type.name}` : `${type.tag} ${type.name}`;
}
