import { crc32 } from './crc32.ts';
import type { Output } from './lzma-decoder.ts';
import { decodeLzma2 } from './lzma2.ts';
import { XzError } from './xz-error.ts';

const HEADER_BYTES = 12;
const FOOTER_BYTES = 12;
const HEADER_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];
const FOOTER_MAGIC = [0x59, 0x5a];
const LZMA2_FILTER = 0x21;
/** Bytes of the check behind each block, by its kind (xz-file-format 1.2.0, 2.1.1.2). */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const CRC32_CHECK = 1;

/**
 * The content of an .xz stream (xz-file-format 1.2.0) of blocks that are packed by LZMA2 alone, as xz makes them unless it is
 * asked for a filter. The libraries there are for it are native or asynchronous; symbols are found while a map is read. Of the checks CRC32 is held against the content, the others are passed over; the index always is checked.
 *
 * @param limit of the content, bytes: a small stream may hold a very large one. Throws XzError.
 */
export function unxz(bytes: Uint8Array, limit: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES + FOOTER_BYTES || !HEADER_MAGIC.every((byte, index) => bytes[index] === byte)) {
    throw new XzError('it is no .xz stream');
  }
  const check = bytes[7] ?? 0;
  const checkBytes = CHECK_BYTES[check];
  if (checkBytes === undefined || crc32(bytes.subarray(6, 8)) !== view.getUint32(8, true)) {
    throw new XzError('its header is damaged');
  }
  const sizes = contentSizes(bytes, view);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > limit) throw new XzError(`it holds more than ${limit} bytes`);
  const output: Output = { bytes: new Uint8Array(total), length: 0, start: 0 };
  let at = HEADER_BYTES;
  for (const size of sizes) {
    const start = output.length;
    const data = at + blockHeader(bytes, view, at);
    const end = decodeLzma2(bytes, data, output);
    if (output.length - start !== size) throw new XzError('a block is not as long as the index says');
    const checkAt = (end + 3) & ~3;
    if (check === CRC32_CHECK && crc32(output.bytes.subarray(start)) !== view.getUint32(checkAt, true)) {
      throw new XzError('a block is damaged');
    }
    at = checkAt + checkBytes;
  }
  return output.bytes;
}

/** Bytes of the content of each block, as the index at the end says. */
function contentSizes(bytes: Uint8Array, view: DataView): number[] {
  const footer = bytes.length - FOOTER_BYTES;
  if (!FOOTER_MAGIC.every((byte, index) => bytes[footer + 10 + index] === byte)) throw new XzError('it has no end');
  if (crc32(bytes.subarray(footer + 4, footer + 10)) !== view.getUint32(footer, true)) {
    throw new XzError('its end is damaged');
  }
  const start = footer - (view.getUint32(footer + 4, true) + 1) * 4;
  if (start < HEADER_BYTES || bytes[start] !== 0) throw new XzError('it has no index');
  if (crc32(bytes.subarray(start, footer - 4)) !== view.getUint32(footer - 4, true)) {
    throw new XzError('its index is damaged');
  }
  const cursor = { at: start + 1 };
  const blocks = variableInteger(bytes, cursor);
  if (blocks > footer - start) throw new XzError('its index is damaged');
  return Array.from({ length: blocks }, () => {
    variableInteger(bytes, cursor);
    return variableInteger(bytes, cursor);
  });
}

/** Returns its length. */
function blockHeader(bytes: Uint8Array, view: DataView, at: number): number {
  const size = ((bytes[at] ?? 0) + 1) * 4;
  if (
    size < 8 ||
    at + size > bytes.length ||
    crc32(bytes.subarray(at, at + size - 4)) !== view.getUint32(at + size - 4, true)
  ) {
    throw new XzError('the header of a block is damaged');
  }
  const flags = bytes[at + 1] ?? 0;
  const cursor = { at: at + 2 };
  if ((flags & 0x40) !== 0) variableInteger(bytes, cursor);
  if ((flags & 0x80) !== 0) variableInteger(bytes, cursor);
  if ((flags & 3) !== 0 || variableInteger(bytes, cursor) !== LZMA2_FILTER) {
    throw new XzError('it was packed with a filter that is not read here');
  }
  return size;
}

/** Seven bits a byte, the lowest first; a byte with the highest bit goes on. */
function variableInteger(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  for (let index = 0; index < 7; index++) {
    const byte = bytes[cursor.at++] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return value;
  }
  throw new XzError('a number is too large');
}
