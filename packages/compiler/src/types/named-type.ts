import type { TypeSource } from '@bpfleet/bpf';
import type { Expression, TypeName } from '../syntax/ast.ts';
import { btfType } from './btf-type.ts';
import {
  type AddressSpace,
  booleanType,
  definite,
  type IntegerSize,
  storedType,
  stringType,
  type Type,
} from './type.ts';

/** C's own integer types on 64-bit Linux, and what scripts and the kernel call them. */
const basicTypes: Readonly<Record<string, readonly [size: IntegerSize, signed: boolean]>> = {
  ...{ int: [4, true], uint: [4, false], char: [1, true], short: [2, true], long: [8, true] },
  ...{ 'signed char': [1, true], 'unsigned char': [1, false], 'unsigned short': [2, false] },
  ...{ 'unsigned int': [4, false], unsigned: [4, false], 'unsigned long': [8, false], 'long long': [8, true] },
  ...{
    'unsigned long long': [8, false],
    'short int': [2, true],
    'long int': [8, true],
    'long unsigned int': [8, false],
  },
  ...{ 'unsigned long int': [8, false], 'short unsigned int': [2, false], 'long long int': [8, true] },
  ...{ 'long long unsigned int': [8, false], 'signed int': [4, true] },
  ...{ size_t: [8, false], ssize_t: [8, true], uintptr_t: [8, false], intptr_t: [8, true], off_t: [8, true] },
  ...{ pid_t: [4, true], uid_t: [4, false], gid_t: [4, false] },
};

const sized = /^(?:(u?)int(8|16|32|64)(?:_t)?|(?:__)?([us])(8|16|32|64))$/;

export interface NameContext {
  readonly types: TypeSource | undefined;
  readonly maxString: number;
  /** Where pointers point to. */
  readonly space: AddressSpace;
  /** For `typeof(expression)`. */
  readonly typeOf?: (expression: Expression) => Type;
}

/**
 * The type that a script names, or a sentence why there is none; undefined where only a node knows.
 */
export function namedType(name: TypeName, context: NameContext): Type | { readonly reason: string } | undefined {
  const base = baseType(name, context);
  if (base === undefined || 'reason' in base) return base;
  let type: Type = base;
  for (let level = 0; level < name.pointers; level++) {
    type = { kind: 'pointer', space: context.space, ...(type.kind === 'void' ? {} : { to: type }) };
  }
  if (type.kind === 'void') return { reason: 'void is no type of a value' };
  const dimensions = type.kind === 'string' && name.name === 'string' ? name.dimensions.slice(1) : name.dimensions;
  for (const length of dimensions.toReversed()) type = arrayOf(type, length ?? 0);
  for (let level = 0; level < (name.arrayPointers ?? 0); level++) {
    type = { kind: 'pointer', space: context.space, to: type };
  }
  return type;
}

function arrayOf(element: Type, length: number): Type {
  if (element.kind === 'integer' && element.character === true) return stringType(length);
  return { kind: 'array', element, length, space: 'program' };
}

function baseType(
  { name, tag, dimensions, of }: TypeName,
  { types, maxString, space, typeOf }: NameContext,
): Type | { readonly reason: string } | undefined {
  if (of !== undefined && typeOf !== undefined) {
    const type = storedType(definite(typeOf(of)));
    return type.kind === 'unknown' ? undefined : type;
  }
  if (tag === undefined) {
    const own = scriptType(name, dimensions[0], maxString);
    if (own !== undefined) return own;
  }
  if (types === undefined) return undefined;
  const id = tag === 'struct' || tag === 'union' ? types.record(tag, name) : types.named(name);
  const found = id === undefined ? undefined : btfType(types, id, space, maxString, 1);
  if (found !== undefined) return found;
  const untagged = tag === undefined ? (types.record('struct', name) ?? types.record('union', name)) : undefined;
  if (untagged !== undefined) return btfType(types, untagged, space, maxString);
  return { reason: `Cannot resolve unknown type "${tag === undefined ? '' : `${tag} `}${name}"` };
}

function scriptType(name: string, length: number | undefined, maxString: number): Type | undefined {
  if (name === 'bool' || name === '_Bool') return booleanType;
  if (name === 'void') return { kind: 'void' };
  if (name === 'string') return stringType(length ?? maxString);
  const match = sized.exec(name);
  if (match !== null) {
    const size = (Number(match[2] ?? match[4]) / 8) as IntegerSize;
    return { kind: 'integer', size, signed: match[2] === undefined ? match[3] === 's' : match[1] === '' };
  }
  const basic = Object.hasOwn(basicTypes, name) ? basicTypes[name] : undefined;
  if (basic === undefined) return undefined;
  const [size, signed] = basic;
  return { kind: 'integer', size, signed, ...(name === 'char' ? { character: true as const } : {}) };
}
