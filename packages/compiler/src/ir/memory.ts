import type { Lowering, MemoryValue } from './lowering.ts';
import { readHelper } from './read-helper.ts';
import { internalMaps } from './resources.ts';
import { type Destination, inRegister, type Operand, type Place, placeAt } from './value.ts';

/** Up to this many bytes are moved by 8-byte loads and stores; more by one call that copies kernel memory. */
const MAX_INLINE = 64;

/** Fills memory with zeros. `bytes` is a multiple of 8. */
export function clearMemory(lowering: Lowering, place: Place, bytes: number): void {
  const { builder } = lowering;
  if (bytes <= MAX_INLINE) {
    for (let at = 0; at < bytes; at += 8) builder.store(8, placeAt(place, at), 0n);
    return;
  }
  lowering.resources.needZeros(bytes);
  copyMemory(lowering, inRegister(builder.mapValue(internalMaps.zeros, 0)), { place, size: bytes });
}

/** Copies a value; what is left of the destination becomes zero, what does not fit is cut. */
export function copyValue(lowering: Lowering, source: MemoryValue, into: Destination): void {
  const bytes = Math.min(source.size, into.size);
  copyMemory(lowering, source.place, { place: into.place, size: bytes });
  if (into.size > bytes) clearMemory(lowering, placeAt(into.place, bytes), into.size - bytes);
}

function copyMemory(lowering: Lowering, source: Place, into: Destination): void {
  const { builder } = lowering;
  if (into.size > MAX_INLINE) {
    builder.call(
      readHelper(lowering.env, 'bytes', 'kernel'),
      { kind: 'address', place: into.place },
      { kind: 'operand', operand: BigInt(into.size) },
      { kind: 'address', place: source },
    );
    return;
  }
  for (let at = 0; at < into.size; at += 8) {
    builder.store(8, placeAt(into.place, at), builder.load(8, placeAt(source, at)));
  }
}

/**
 * Bits of a value in the program's own memory, from any bit on; the memory is a multiple of 8 bytes, and is read by
 * words of 8, which stack and map values ask for.
 */
export function loadBits(lowering: Lowering, place: Place, bitOffset: number, bits: number, signed: boolean): Operand {
  const { builder } = lowering;
  const word = Math.floor(bitOffset / 64) * 8;
  const first = bitOffset % 64;
  const low = builder.load(8, placeAt(place, word));
  const rest = first + bits - 64;
  if (rest <= 0) return shiftOut(lowering, low, 64 - first - bits, bits, signed);
  const high = builder.load(8, placeAt(place, word + 8));
  const joined = builder.binary(
    'or',
    builder.binary('ushr', low, BigInt(first)),
    builder.binary('shl', high, BigInt(64 - first)),
  );
  return shiftOut(lowering, joined, 64 - bits, bits, signed);
}

/** Drops what is above and below. */
export function shiftOut({ builder }: Lowering, word: Operand, above: number, bits: number, signed: boolean): Operand {
  const top = builder.binary('shl', word, BigInt(above));
  return builder.binary(signed ? 'sshr' : 'ushr', top, BigInt(64 - bits));
}
