import type { MapKind } from '@bpfleet/aggregate';

/**
 * From which memory a pointer's target is read. `any`: the address says it, when the program runs; on x86-64 and arm64
 * the kernel's have the highest bit set.
 */
export type AddressSpace = 'user' | 'kernel' | 'any';

export type IntegerSize = 1 | 2 | 4 | 8;

export interface IntegerType {
  readonly kind: 'integer';
  readonly size: IntegerSize;
  readonly signed: boolean;
  /** A literal that is not negative takes the signedness of what it meets. */
  readonly neutral?: true;
}

export interface StringType {
  readonly kind: 'string';
  /** Bytes it takes, a multiple of 8; every byte after the text is zero. */
  readonly size: number;
}

/** A value that map updates fold in: `count()`, `hist(x)`. */
export interface AggregateType {
  readonly kind: 'aggregate';
  readonly aggregate: Exclude<MapKind, 'value'>;
  readonly signed: boolean;
  readonly histBits?: number;
  readonly lhist?: { readonly min: bigint; readonly max: bigint; readonly step: bigint };
}

export type Type =
  | IntegerType
  | StringType
  | AggregateType
  /** An address; as a number unsigned. `text`: it points to characters; `to`: number of the type it points to. */
  | { readonly kind: 'pointer'; readonly space: AddressSpace; readonly text: boolean; readonly to?: number }
  /** Lies in the program's context, or where `space` is given in that memory: then its value is its address. */
  | {
      readonly kind: 'array';
      readonly element: IntegerType;
      readonly length: number;
      readonly space?: AddressSpace;
    }
  /** A structure or union in memory, by the number of its type: its value is its address. */
  | { readonly kind: 'record'; readonly id: number; readonly name: string; readonly space: AddressSpace }
  /** Who called whom in the kernel, at most `depth` of them. Its value is a number in a map of stacks. */
  | { readonly kind: 'stack'; readonly depth: number }
  /** The arguments of the probe. */
  | { readonly kind: 'args' }
  | { readonly kind: 'tuple'; readonly elements: readonly Type[] }
  | { readonly kind: 'void' }
  /** Something wrong that was reported already, or that only a node knows. It goes with everything. */
  | { readonly kind: 'unknown' };

type PointerType = Type & { readonly kind: 'pointer' };

export const unknown: Type = { kind: 'unknown' };
export const voidType: Type = { kind: 'void' };
export const int64: IntegerType = { kind: 'integer', size: 8, signed: true };
export const uint64: IntegerType = { kind: 'integer', size: 8, signed: false };
export const neutralInteger: IntegerType = { kind: 'integer', size: 8, signed: true, neutral: true };

export function stringType(bytes: number): StringType {
  return { kind: 'string', size: (bytes + 7) & ~7 };
}

/** Integers, and addresses taken as numbers. */
export function isNumber(type: Type): boolean {
  return type.kind === 'integer' || type.kind === 'pointer' || type.kind === 'unknown';
}

/** What can be part of a key, be stored and be printed. */
export function isStorable(type: Type): boolean {
  return isNumber(type) || type.kind === 'string' || type.kind === 'stack';
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
  return type.kind === 'integer' ? type : uint64;
}

/** The type of what is read from where only literals were stored: signed, as bpftrace has it. */
export function definite(type: Type): Type {
  return type.kind === 'integer' && type.neutral === true ? int64 : type;
}

/** The type that holds values of both, or undefined where there is none. */
export function unify(a: Type, b: Type): Type | undefined {
  if (a.kind === 'unknown') return b;
  if (b.kind === 'unknown') return a;
  if (a.kind === 'string' && b.kind === 'string') return a.size >= b.size ? a : b;
  if (a.kind === 'pointer' && b.kind === 'pointer' && a.space === b.space) return unifyPointers(a, b);
  if (a.kind === 'stack' && b.kind === 'stack') return a.depth === b.depth ? a : undefined;
  if (isNumber(a) && isNumber(b)) return arithmeticType(a, b);
  if (a.kind === 'aggregate' && b.kind === 'aggregate') return unifyAggregates(a, b);
  return undefined;
}

/** What the two point to is only kept where it is the same. */
function unifyPointers(a: PointerType, b: PointerType): Type {
  return a.to === b.to ? (a.text ? b : a) : { kind: 'pointer', space: a.space, text: a.text && b.text };
}

function unifyAggregates(a: AggregateType, b: AggregateType): Type | undefined {
  if (a.aggregate !== b.aggregate || a.histBits !== b.histBits) return undefined;
  if (a.lhist?.min !== b.lhist?.min || a.lhist?.max !== b.lhist?.max || a.lhist?.step !== b.lhist?.step)
    return undefined;
  return a.signed ? a : b;
}

export function sameType(a: Type | undefined, b: Type | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return typeKey(a) === typeKey(b);
}

function typeKey(type: Type): string {
  return JSON.stringify(type, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

/** A type as messages call it. */
function typeName(type: Type): string {
  switch (type.kind) {
    case 'integer':
      return `${type.signed ? 'int' : 'uint'}${type.size * 8}`;
    case 'string':
      return `string[${type.size}]`;
    case 'aggregate':
      return `${type.aggregate}()`;
    case 'pointer':
      return type.text ? 'char *' : 'void *';
    case 'array':
      return `${typeName(type.element)}[${type.length}]`;
    case 'stack':
      return `kstack(${type.depth})`;
    case 'record':
      return type.name === '' ? 'unnamed structure' : `struct ${type.name}`;
    case 'tuple':
      return `(${type.elements.map(typeName).join(',')})`;
    default:
      return type.kind;
  }
}

/** A type without the sizes that a reader of messages does not care for. */
export function describe(type: Type): string {
  switch (type.kind) {
    case 'integer':
      return 'integer';
    case 'string':
      return 'string';
    case 'pointer':
      return 'pointer';
    case 'void':
      return 'nothing';
    case 'args':
      return 'args as a whole';
    default:
      return typeName(type);
  }
}
