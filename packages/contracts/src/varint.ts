/** Protobuf's variable-length integers, least significant seven bits first: as they are written without a message. */

export function varintBytes(value: number): number {
  let bytes = 1;
  for (let left = value; left >= 0x80; left = Math.floor(left / 0x80)) bytes++;
  return bytes;
}

/** A number from 0 to 2^53. Returns where it ends. */
export function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let left = value;
  while (left >= 0x1000_0000) {
    bytes[at++] = (left % 0x80) | 0x80;
    left = Math.floor(left / 0x80);
  }
  while (left >= 0x80) {
    bytes[at++] = (left & 0x7f) | 0x80;
    left >>>= 7;
  }
  bytes[at++] = left;
  return at;
}

export function writeBigVarint(bytes: Uint8Array, start: number, value: bigint): number {
  let at = start;
  let left = value;
  while (left >= 0x80n) {
    bytes[at++] = Number(left & 0x7fn) | 0x80;
    left >>= 7n;
  }
  bytes[at++] = Number(left);
  return at;
}

/** A `sint64` (zigzag) of two halves, the lower and the upper 32 bits of its two's complement. Returns where it ends. */
export function writeSint64(bytes: Uint8Array, start: number, low: number, high: number): number {
  const sign = high >> 31;
  let lower = ((low << 1) ^ sign) >>> 0;
  let upper = (((high << 1) | (low >>> 31)) ^ sign) >>> 0;
  let at = start;
  while (upper > 0 || lower >= 0x80) {
    bytes[at++] = (lower & 0x7f) | 0x80;
    lower = ((lower >>> 7) | (upper << 25)) >>> 0;
    upper >>>= 7;
  }
  bytes[at++] = lower;
  return at;
}
