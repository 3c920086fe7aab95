import { ObjectError } from '../elf-object/object-error.ts';
import { stringAt, viewOf } from '../elf-object/section.ts';
import { checkReferences } from './check-references.ts';
import { Kind, kindOf, memberCount } from './kind.ts';

/** A type of a `.BTF` section, as far as keys and values of maps need it. Sizes in bytes, offsets in bits. */
export type BtfType =
  | { readonly kind: 'int'; readonly name: string; readonly size: number; readonly signed: boolean }
  | { readonly kind: 'enum'; readonly size: number; readonly signed: boolean }
  | { readonly kind: 'array'; readonly element: number; readonly length: number }
  | { readonly kind: 'struct'; readonly size: number; readonly members: readonly BtfMember[] }
  /** typedef, const, volatile, restrict, type tag. */
  | { readonly kind: 'alias'; readonly of: number }
  | { readonly kind: 'other' };

interface BtfMember {
  readonly name: string;
  readonly type: number;
  readonly bitOffset: number;
  /** 0 where it is no bit field. */
  readonly bits: number;
}

const MAGIC = 0xeb9f;
const HEADER_SIZE = 24;

/**
 * The types of a `.BTF` section by their number, 0 (void) included. Format: the kernel's Documentation/bpf/btf.rst.
 * Throws ObjectError where a type, a string or what a type refers to is not in the section.
 */
export function readBtfTypes(section: Uint8Array): readonly BtfType[] {
  const view = viewOf(section);
  if (section.length < HEADER_SIZE || view.getUint16(0, true) !== MAGIC || view.getUint8(2) !== 1) {
    throw new ObjectError('its type information (BTF) is of an unknown format');
  }
  const headerSize = view.getUint32(4, true);
  const part = (at: number) => {
    const start = headerSize + view.getUint32(at, true);
    const end = start + view.getUint32(at + 4, true);
    if (end > section.length) throw new ObjectError('its type information (BTF) is cut off');
    return section.subarray(start, end);
  };
  const strings = part(16);
  const starts: number[] = [];
  const bytes = part(8);
  for (let at = 0; at < bytes.length; ) {
    const end = at + 12 <= bytes.length ? at + 12 + extraBytes(viewOf(bytes), at) : Number.POSITIVE_INFINITY;
    if (end > bytes.length) throw new ObjectError('its type information (BTF) is cut off');
    starts.push(at);
    at = end;
  }
  checkReferences(viewOf(bytes), starts, strings);
  return [{ kind: 'other' }, ...starts.map((at) => readType(viewOf(bytes), at, strings))];
}

/** What follows the 12 bytes that every type has. */
function extraBytes(view: DataView, at: number): number {
  const kind = kindOf(view, at);
  switch (kind) {
    case Kind.INT:
    case Kind.VAR:
    case Kind.DECL_TAG:
      return 4;
    case Kind.ARRAY:
      return 12;
    case Kind.STRUCT:
    case Kind.UNION:
    case Kind.DATASEC:
    case Kind.ENUM64:
      return 12 * memberCount(view, at);
    case Kind.ENUM:
    case Kind.FUNC_PROTO:
      return 8 * memberCount(view, at);
    default:
      if (kind === 0 || kind > Kind.ENUM64) {
        throw new ObjectError('its type information (BTF) has a kind of type that is not known');
      }
      return 0;
  }
}

function readType(view: DataView, at: number, strings: Uint8Array): BtfType {
  const flag = view.getUint32(at + 4, true) >>> 31 === 1;
  const sizeOrType = view.getUint32(at + 8, true);
  const kind = kindOf(view, at);
  switch (kind) {
    case Kind.INT: {
      const encoding = view.getUint32(at + 12, true);
      // A part of a word only: no key or value of a map.
      if ((encoding & 0xff) !== sizeOrType * 8 || ((encoding >>> 16) & 0xff) !== 0) return { kind: 'other' };
      const name = stringAt(strings, view.getUint32(at, true));
      return { kind: 'int', name, size: sizeOrType, signed: ((encoding >>> 24) & 1) === 1 };
    }
    case Kind.ENUM:
    case Kind.ENUM64:
      return { kind: 'enum', size: sizeOrType, signed: flag };
    case Kind.ARRAY:
      return { kind: 'array', element: view.getUint32(at + 12, true), length: view.getUint32(at + 20, true) };
    case Kind.STRUCT:
      return { kind: 'struct', size: sizeOrType, members: readMembers(view, at, flag, strings) };
    case Kind.TYPE_TAG:
      return { kind: 'alias', of: sizeOrType };
    default:
      return kind >= Kind.TYPEDEF && kind <= Kind.RESTRICT ? { kind: 'alias', of: sizeOrType } : { kind: 'other' };
  }
}

function readMembers(view: DataView, at: number, bitFields: boolean, strings: Uint8Array): BtfMember[] {
  return Array.from({ length: memberCount(view, at) }, (_, index) => {
    const member = at + 12 + index * 12;
    const offset = view.getUint32(member + 8, true);
    return {
      name: stringAt(strings, view.getUint32(member, true)),
      type: view.getUint32(member + 4, true),
      bitOffset: bitFields ? offset & 0xff_ffff : offset,
      bits: bitFields ? offset >>> 24 : 0,
    };
  });
}
