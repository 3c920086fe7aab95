import type { MapKind } from '@bpfleet/aggregate';

/**
 * Where what a pointer points to, a structure or an array lies. `any`: the address says it, when the program runs; on
 * x86-64 and arm64 the kernel's have the highest bit set. `program`: in the program's own memory, as a value of its
 * own. `context`: in the record of the tracepoint that fired.
 */
export type AddressSpace = 'user' | 'kernel' | 'any';
export type MemorySpace = AddressSpace | 'program' | 'context';

export type IntegerSize = 1 | 2 | 4 | 8;

export interface IntegerType {
  readonly kind: 'integer';
  readonly size: IntegerSize;
  readonly signed: boolean;
  /** A literal that is not negative takes the signedness of what it meets. */
  readonly neutral?: true;
  /** Of a variable that was declared so: what is stored in it is cut to that. */
  readonly fixed?: true;
  /** C's `char`: an array of it is a text. */
  readonly character?: true;
  /** Number of the enumeration it is of: printed by the names of its values. */
  readonly enumeration?: number;
}

export interface StringType {
  readonly kind: 'string';
  /** Bytes it takes, a multiple of 8; every byte after the text is zero. */
  readonly size: number;
  /** Bytes that the text may have, with its zero. */
  readonly bytes: number;
}

/** A value that map updates fold in: `count()`, `hist(x)`. */
export interface AggregateType {
  readonly kind: 'aggregate';
  readonly aggregate: Exclude<MapKind, 'value'>;
  readonly signed: boolean;
  readonly histBits?: number;
  readonly lhist?: { readonly min: bigint; readonly max: bigint; readonly step: bigint };
  readonly tseries?: TseriesShape;
}

/** `tseries(n, interval, buckets, aggregate)`: what is folded into each interval, in nanoseconds. */
export interface TseriesShape {
  readonly interval: bigint;
  readonly buckets: number;
  readonly aggregate: 'none' | 'sum' | 'min' | 'max' | 'avg';
}

/** An address; as a number unsigned. `to`: what it points to, where that is known. */
export interface PointerType {
  readonly kind: 'pointer';
  readonly space: AddressSpace;
  readonly to?: Type;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly element: Type;
  readonly length: number;
  readonly space: MemorySpace;
}

/** A structure or union, by the number of its type. */
export interface RecordType {
  readonly kind: 'record';
  readonly id: number;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly space: MemorySpace;
}

export interface TupleType {
  readonly kind: 'tuple';
  readonly elements: readonly Type[];
  /** Of records such as `(a=1, b=2)`. */
  readonly names?: readonly string[];
}

export type StackMode = 'bpftrace' | 'perf' | 'raw' | 'build_id';

/** Who called whom in the kernel or in a program, at most `depth` of them. */
export interface StackType {
  readonly kind: 'stack';
  readonly user: boolean;
  readonly depth: number;
  readonly mode: StackMode;
}

/** What user space makes a text of, by what it is. */
export type RenderedAs =
  /** Addresses: one number; with the process, 16 bytes. */
  | 'ksym'
  | 'usym'
  /** One number each. */
  | 'username'
  | 'cgroup-path'
  | 'timestamp'
  | 'strerror'
  | 'syscall-name'
  | 'signal-name'
  /** Bytes: 8 of the family, 16 of the address; 6 of the address. */
  | 'inet'
  | 'mac';

interface RenderedType {
  readonly kind: 'rendered';
  readonly as: RenderedAs;
  /** Of timestamps the format, of cgroup paths the pattern of hierarchies. */
  readonly text?: string;
}

export type Type =
  | IntegerType
  | { readonly kind: 'boolean' }
  | StringType
  /** Any bytes: 8 of their number, then at most `size`. */
  | { readonly kind: 'buffer'; readonly size: number }
  | AggregateType
  | PointerType
  | ArrayType
  | RecordType
  | TupleType
  | StackType
  | RenderedType
  /** The arguments of the probe. */
  | { readonly kind: 'args' }
  | { readonly kind: 'void' }
  /** Something wrong that was reported already, or that only a node knows. It goes with everything. */
  | { readonly kind: 'unknown' };

export const unknown: Type = { kind: 'unknown' };
export const voidType: Type = { kind: 'void' };
export const booleanType: Type = { kind: 'boolean' };
export const int64: IntegerType = { kind: 'integer', size: 8, signed: true };
export const uint64: IntegerType = { kind: 'integer', size: 8, signed: false };
export const neutralInteger: IntegerType = { kind: 'integer', size: 8, signed: true, neutral: true };

export function stringType(bytes: number): StringType {
  return { kind: 'string', size: (bytes + 7) & ~7, bytes };
}

/** The type of a literal: the smallest signed one that holds it. */
export function literalType(value: bigint): IntegerType {
  for (const size of [1, 2, 4, 8] as const) {
    const width = size * 8;
    if (BigInt.asIntN(width, value) === value) return { kind: 'integer', size, signed: true, neutral: true };
  }
  return uint64;
}

/** Integers, and addresses and truths taken as numbers. */
export function isNumber(type: Type): boolean {
  return type.kind === 'integer' || type.kind === 'boolean' || type.kind === 'pointer' || type.kind === 'unknown';
}

const renderedBytes: Readonly<Partial<Record<RenderedAs, number>>> = { usym: 16, inet: 24, mac: 8 };

/** Whether a value of the type is one number in a register; if not, it lies in memory. */
export function isScalar(type: Type): boolean {
  if (isNumber(type)) return true;
  if (type.kind === 'stack') return !type.user;
  if (type.kind === 'rendered') return renderedBytes[type.as] === undefined;
  return (type.kind === 'record' || type.kind === 'array') && type.space !== 'program';
}

/** Bytes that a value takes in a variable, a key, a map or a record: a multiple of 8. */
export function storageBytes(type: Type): number {
  switch (type.kind) {
    case 'string':
      return type.size;
    case 'buffer':
      return 8 + ((type.size + 7) & ~7);
    case 'tuple':
      return type.elements.reduce((sum, element) => sum + storageBytes(element), 0);
    case 'record':
      return (type.size + 7) & ~7;
    case 'array':
      return (type.length * elementBytes(type.element) + 7) & ~7;
    case 'stack':
      return type.user ? 16 : 8;
    case 'rendered':
      return renderedBytes[type.as] ?? 8;
    default:
      return 8;
  }
}

/** Bytes of a type as C lays it out: in structures, arrays and behind pointers. */
export function cBytes(type: Type): number {
  switch (type.kind) {
    case 'integer':
      return type.size;
    case 'boolean':
      return 1;
    case 'record':
      return type.size;
    case 'string':
      return type.bytes;
    case 'tuple':
      return tupleBytes(type);
    case 'array':
      return type.length * elementBytes(type.element);
    case 'void':
      return 1;
    default:
      return storageBytes(type);
  }
}

/** Each element at a multiple of its own size, as in a structure. */
function tupleBytes({ elements }: TupleType): number {
  let end = 0;
  let largest = 1;
  for (const element of elements) {
    const bytes = cBytes(element);
    const alignment = alignmentOf(element);
    end = Math.ceil(end / alignment) * alignment + bytes;
    largest = Math.max(largest, alignment);
  }
  return Math.ceil(end / largest) * largest;
}

function alignmentOf(type: Type): number {
  if (type.kind === 'string') return 1;
  return type.kind === 'array' ? alignmentOf(type.element) : Math.min(8, Math.max(1, cBytes(type)));
}

function elementBytes(element: Type): number {
  return cBytes(element);
}

/** What can be part of a key, be stored and be printed, once it is a value of its own (`storedType`). */
export function isStorable(type: Type): boolean {
  switch (type.kind) {
    case 'tuple':
      return type.elements.every(isStorable);
    case 'aggregate':
    case 'args':
    case 'void':
      return false;
    default:
      return true;
  }
}

/** The type of a copy that the program keeps: structures and arrays are read out of the memory they lie in. */
export function storedType(type: Type): Type {
  if (type.kind === 'record' || type.kind === 'array') return { ...type, space: 'program' };
  if (type.kind === 'tuple') return { ...type, elements: type.elements.map(storedType) };
  return type;
}

/** Whether 64-bit arithmetic on it is signed. */
export function isSigned(type: Type): boolean {
  return type.kind === 'integer' && type.signed;
}

/** What arithmetic on two numbers gives: signed where a signed type enters. */
export function arithmeticType(left: Type, right: Type): Type {
  const l = asInteger(left);
  const r = asInteger(right);
  if (l.neutral && r.neutral) return neutralInteger;
  if (l.neutral) return { kind: 'integer', size: 8, signed: r.signed };
  if (r.neutral) return { kind: 'integer', size: 8, signed: l.signed };
  return { kind: 'integer', size: 8, signed: l.signed || r.signed };
}

function asInteger(type: Type): IntegerType {
  if (type.kind === 'integer') return type;
  return type.kind === 'boolean' ? neutralInteger : uint64;
}

/** The type of what is read from where only literals were stored: signed, as bpftrace has it. */
export function definite(type: Type): Type {
  if (type.kind === 'tuple') return { ...type, elements: type.elements.map(definite) };
  if (type.kind !== 'integer') return type;
  if (type.fixed === true) {
    const { fixed: _fixed, ...free } = type;
    return free;
  }
  if (type.neutral !== true) return type;
  return type.enumeration === undefined ? int64 : { ...int64, enumeration: type.enumeration };
}

/** The type that holds values of both, or undefined where there is none. */
export function unify(a: Type, b: Type): Type | undefined {
  if (a.kind === 'unknown') return b;
  if (b.kind === 'unknown') return a;
  if (a.kind === 'integer' && b.kind === 'integer' && sameType(a, b)) return a;
  if (takesLiteral(a, b)) return a;
  if (takesLiteral(b, a)) return b;
  if (isNumber(a) && isNumber(b)) return unifyNumbers(a, b);
  if (a.kind === 'string' && b.kind === 'string') return a.bytes >= b.bytes ? a : b;
  if (a.kind === 'buffer' && b.kind === 'buffer') return a.size >= b.size ? a : b;
  if (a.kind === 'tuple' && b.kind === 'tuple') return unifyTuples(a, b);
  if (a.kind === 'aggregate' && b.kind === 'aggregate') return unifyAggregates(a, b);
  return sameType(a, b) ? a : undefined;
}

/** Whether a literal fits into an integer type, which then stays what it is. */
function takesLiteral(type: Type, literal: Type): boolean {
  if (type.kind !== 'integer' || literal.kind !== 'integer' || type.neutral || !literal.neutral) return false;
  return literal.size < type.size || (literal.size === type.size && (literal.signed || !type.signed));
}

function unifyNumbers(a: Type, b: Type): Type {
  if (a.kind === 'pointer' && b.kind === 'pointer') return unifyPointers(a, b);
  if (a.kind === 'boolean' && b.kind === 'boolean') return a;
  if (isLiteral(a) && isLiteral(b)) return a.size > b.size ? a : b;
  return arithmeticType(a, b);
}

function isLiteral(type: Type): type is IntegerType {
  return type.kind === 'integer' && type.neutral === true;
}

/** What the two point to is only kept where it is the same. */
function unifyPointers(a: PointerType, b: PointerType): Type {
  if (sameType(a, b)) return a;
  const space = a.space === b.space ? a.space : 'any';
  const to = a.to && inSpace(a.to, space);
  return to !== undefined && sameType(to, b.to && inSpace(b.to, space))
    ? { kind: 'pointer', space, to }
    : { kind: 'pointer', space };
}

/** The same type in other memory. */
function inSpace(type: Type, space: AddressSpace): Type {
  switch (type.kind) {
    case 'pointer':
      return { ...type, space, ...(type.to === undefined ? {} : { to: inSpace(type.to, space) }) };
    case 'record':
      return { ...type, space };
    case 'array':
      return { ...type, space, element: inSpace(type.element, space) };
    default:
      return type;
  }
}

function unifyTuples(a: TupleType, b: TupleType): Type | undefined {
  if (a.elements.length !== b.elements.length) return undefined;
  const places = fieldPlaces(a, b);
  if (places === undefined) return undefined;
  const elements = a.elements.map((element, index) => unify(element, b.elements[places[index] ?? index] ?? unknown));
  return elements.includes(undefined) ? undefined : { ...a, elements: elements as Type[] };
}

/** Where the fields of one record are in another, which may have them in another order; of tuples each at its own. */
export function fieldPlaces(of: TupleType, within: TupleType): number[] | undefined {
  if (of.names === undefined || within.names === undefined) {
    return of.names === within.names ? of.elements.map((_, index) => index) : undefined;
  }
  const { names } = within;
  const places = of.names.map((name) => names.indexOf(name));
  return places.includes(-1) ? undefined : places;
}

function unifyAggregates(a: AggregateType, b: AggregateType): Type | undefined {
  const { signed: _a, ...left } = a;
  const { signed: _b, ...right } = b;
  if (typeKey(left) !== typeKey(right)) return undefined;
  return a.signed ? a : b;
}

export function sameType(a: Type | undefined, b: Type | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a === b || typeKey(a) === typeKey(b);
}

function typeKey(type: unknown): string {
  return JSON.stringify(type, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}
