import { ElfError } from './elf-error.ts';

/** A file that is read in parts, because programs can be large. */
export interface ByteSource {
  /** Fewer bytes than asked for where the file ends. */
  read(offset: number, length: number): Uint8Array;
}

/** No file to be read has larger tables; a damaged one may say so. */
const MAX_TABLE = 512 * 1024 * 1024;

/** A file that is in memory. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return { read: (offset, length) => bytes.subarray(Math.min(offset, bytes.length), offset + length) };
}

/** All bytes of a part. Throws ElfError where the file does not have them. */
export function readBytes(source: ByteSource, offset: number, length: number): Uint8Array {
  if (length > MAX_TABLE) throw new ElfError('a table in it is too large');
  const part = length === 0 ? new Uint8Array() : source.read(offset, length);
  if (part.length < length) throw new ElfError('the file is cut off');
  return part;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
