import type { Lowering } from './lowering.ts';
import { internalMaps } from './resources.ts';
import { type Place, placeAt, type StringDestination } from './value.ts';

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
  copyMemory(
    lowering,
    { base: { kind: 'register', register: builder.mapValue(internalMaps.zeros, 0) }, offset: 0 },
    {
      place,
      size: bytes,
    },
  );
}

/** Copies a string; what is left of the destination becomes zero, what does not fit is cut. */
export function copyString(
  lowering: Lowering,
  source: { readonly place: Place; readonly size: number },
  into: StringDestination,
): void {
  const bytes = Math.min(source.size, into.size);
  copyMemory(lowering, source.place, { place: into.place, size: bytes });
  if (into.size > bytes) clearMemory(lowering, placeAt(into.place, bytes), into.size - bytes);
}

function copyMemory(lowering: Lowering, source: Place, into: StringDestination): void {
  const { builder } = lowering;
  if (into.size > MAX_INLINE) {
    builder.call(
      'probe_read_kernel',
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
