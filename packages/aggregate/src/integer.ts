import type { JsonInteger } from './result-document.ts';

/** The 64 bits of a cell read as the schema says: two's complement, or unsigned. */
export function asInteger(bits: bigint, signed: boolean): bigint {
  return signed ? BigInt.asIntN(64, bits) : BigInt.asUintN(64, bits);
}

/** Adds two cells as the kernel does: modulo 2^64. The result is in two's complement. */
export function addCells(a: bigint, b: bigint): bigint {
  return BigInt.asIntN(64, a + b);
}

/**
 * An integer for JSON. A string where a double would not hold it, because most readers parse numbers as doubles and
 * would change it silently (RFC 8259, section 6).
 */
export function jsonInteger(value: bigint): JsonInteger {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** An integer that `jsonInteger` wrote; null of anything else, but for a text that is the digits of a large integer. */
export function integerOfJson(value: unknown): bigint | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : null;
  return typeof value === 'string' && /^-?\d{16,20}$/.test(value) ? BigInt(value) : null;
}
