import { crc32 } from './crc32.ts';

/** An .xz stream of one block that holds some bytes, less than 64 KiB, as they are. */
export function storeXz(content: Uint8Array): Uint8Array {
  const flags = [0, 1];
  const header = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, ...flags, ...word(crc32(Uint8Array.from(flags)))];
  const blockHeader = withCheck([2, 0, 0x21, 1, 0, 0, 0, 0]);
  const length = content.length - 1;
  const chunks = [1, length >> 8, length & 0xff, ...content, 0];
  const block = [...blockHeader, ...padded(chunks), ...word(crc32(content))];
  const unpadded = blockHeader.length + chunks.length + 4;
  const index = withCheck(padded([0, 1, ...variable(unpadded), ...variable(content.length)]));
  const tail = [...word(index.length / 4 - 1), ...flags];
  return Uint8Array.from([...header, ...block, ...index, ...word(crc32(Uint8Array.from(tail))), ...tail, 0x59, 0x5a]);
}

function withCheck(bytes: readonly number[]): number[] {
  return [...bytes, ...word(crc32(Uint8Array.from(bytes)))];
}

function padded(bytes: readonly number[]): number[] {
  return [...bytes, ...Array.from({ length: (4 - (bytes.length % 4)) % 4 }, () => 0)];
}

function word(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}

function variable(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...variable(value >>> 7)];
}
