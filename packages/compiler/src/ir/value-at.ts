import type { AddressSpace, MemorySpace, Type } from '../types/type.ts';
import { cBytes, storageBytes } from '../types/type.ts';
import { extend } from './lower-number.ts';
import type { Lowering } from './lowering.ts';
import { loadBits } from './memory.ts';
import { readBytes, readInteger, readText } from './read-memory.ts';
import { type Destination, numberValue, type Operand, type Place, placeAt, type Value } from './value.ts';

/** How memory that is not the program's own is read; the tracepoint's record is the kernel's. */
export function readSpace(space: MemorySpace): AddressSpace {
  return space === 'context' || space === 'program' ? 'kernel' : space;
}

export interface TextOptions {
  readonly into?: Destination | undefined;
  /** Bytes of a text, where they are not those of its type. */
  readonly textBytes?: number;
  /** Whether the text is an array of that many bytes, which it may fill; false where its zero alone ends it. */
  readonly array?: boolean;
}

/** The value of a C type at an address of other memory. Structures and arrays give their address. */
export function valueAtAddress(
  lowering: Lowering,
  address: Operand,
  space: AddressSpace,
  type: Type,
  options: TextOptions = {},
): Value {
  const { builder } = lowering;
  switch (type.kind) {
    case 'string': {
      const { textBytes = type.bytes, array = true } = options;
      const bytes = Math.min(textBytes, type.size);
      return readText(lowering, { address, space, bytes, size: type.size, countTruncated: false, array }, options.into);
    }
    case 'integer':
      return numberValue(extend(builder, readInteger(lowering, address, space, type.size), type.size, type.signed));
    case 'boolean':
      return numberValue(readInteger(lowering, address, space, 1));
    case 'record':
    case 'array':
      return numberValue(address);
    case 'tuple':
    case 'buffer': {
      const size = storageBytes(type);
      const destination = { place: lowering.allocate(size), size };
      readBytes(lowering, { address, space, bytes: size }, destination);
      return { kind: 'memory', ...destination };
    }
    default:
      return numberValue(readInteger(lowering, address, space, 8));
  }
}

/** The value of a C type within a structure or array that the program holds, `bitOffset` bits into it. */
export function valueInProgram(
  lowering: Lowering,
  place: Place,
  bitOffset: number,
  type: Type,
  options: TextOptions & { readonly bits?: number } = {},
): Value {
  const { builder } = lowering;
  if (type.kind === 'integer' || type.kind === 'boolean' || type.kind === 'pointer') {
    const { bits } = options;
    const signed = bits === undefined && type.kind === 'integer' && type.signed;
    return numberValue(loadBits(lowering, place, bitOffset, bits ?? cBytes(type) * 8, signed));
  }
  const offset = Math.floor(bitOffset / 8);
  const size = storageBytes(type);
  if (type.kind === 'string') {
    const address = builder.address(placeAt(place, offset));
    return valueAtAddress(lowering, address, 'kernel', type, options);
  }
  if (offset % 8 === 0) return { kind: 'memory', place: placeAt(place, offset), size };
  // Words of 8 bytes are read at multiples of 8 only.
  const destination = { place: lowering.allocate(size), size };
  readBytes(
    lowering,
    { address: builder.address(placeAt(place, offset)), space: 'kernel', bytes: cBytes(type) },
    destination,
  );
  return { kind: 'memory', ...destination };
}
