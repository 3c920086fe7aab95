/** Tables for so many bytes at a time: each is the one before, a byte further. */
const STRIDE = 8;
const POLYNOMIAL = 0x82f6_3b78;

/** CRC-32C (Castagnoli), reflected polynomial 0x82F63B78; RFC 3720, appendix B.4. Eight bytes at a time. */
export function crc32c(bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  const { length } = bytes;
  const whole = length - (length % STRIDE);
  const at = (index: number) => bytes[index] as number;
  let crc = 0xffff_ffff;
  let index = 0;
  for (; index < whole; index += STRIDE) {
    const low = crc ^ (at(index) | (at(index + 1) << 8) | (at(index + 2) << 16) | (at(index + 3) << 24));
    crc =
      (t7[low & 0xff] as number) ^
      (t6[(low >>> 8) & 0xff] as number) ^
      (t5[(low >>> 16) & 0xff] as number) ^
      (t4[low >>> 24] as number) ^
      (t3[at(index + 4)] as number) ^
      (t2[at(index + 5)] as number) ^
      (t1[at(index + 6)] as number) ^
      (t0[at(index + 7)] as number);
  }
  for (; index < length; index++) crc = (crc >>> 8) ^ (t0[(crc ^ at(index)) & 0xff] as number);
  return (crc ^ 0xffff_ffff) >>> 0;
}

type Tables = [Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array];

const tables = makeTables();

function makeTables(): Tables {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  });
  const all = [first];
  for (let step = 1; step < STRIDE; step++) {
    const before = all[step - 1] as Uint32Array;
    all.push(before.map((crc) => (crc >>> 8) ^ (first[crc & 0xff] as number)));
  }
  return all as Tables;
}
