import { ElfError } from './elf-error.ts';

/** A file that is read in parts, because programs can be large. */
export interface ByteSource {
  /** Fewer bytes than asked for where the file ends. */
  read(offset: number, length: number): Uint8Array;
}

/** A part of the file that is loaded. Bytes; the size is that in the file. */
export interface Segment {
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly executable: boolean;
}

/** Numbers of the ELF format (elf.h; System V ABI, chapters 4 and 5). */
const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const PT_LOAD = 1;
const PF_X = 1;
const MACHINES: Readonly<Record<number, string>> = { 62: 'x86-64', 183: 'arm64' };

/** No file to be probed has more; a damaged one may say so. */
const MAX_TABLE = 512 * 1024 * 1024;

/** The header of a 64-bit little-endian program or library. Throws ElfError. */
export function readHeader(source: ByteSource): DataView {
  const header = view(source, 0, HEADER_BYTES);
  if (header.getUint32(0, false) !== 0x7f454c46) throw new ElfError('this is no ELF file');
  if (header.getUint8(4) !== 2 || header.getUint8(5) !== 1 || MACHINES[header.getUint16(18, true)] === undefined) {
    throw new ElfError('this ELF file is not for x86-64 or arm64');
  }
  return header;
}

/** The parts of the file that are loaded. Throws ElfError. */
export function readSegments(source: ByteSource, header: DataView): Segment[] {
  const count = header.getUint16(56, true);
  if (count > 0 && header.getUint16(54, true) !== PROGRAM_HEADER_BYTES) throw new ElfError('its segments are damaged');
  const table = view(source, offsetAt(header, 32), count * PROGRAM_HEADER_BYTES);
  const segments: Segment[] = [];
  for (let at = 0; at < table.byteLength; at += PROGRAM_HEADER_BYTES) {
    if (table.getUint32(at, true) !== PT_LOAD) continue;
    segments.push({
      offset: offsetAt(table, at + 8),
      address: offsetAt(table, at + 16),
      size: offsetAt(table, at + 32),
      executable: (table.getUint32(at + 4, true) & PF_X) !== 0,
    });
  }
  return segments;
}

export function offsetAt(table: DataView, at: number): number {
  const value = table.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ElfError('it points outside itself');
  return Number(value);
}

export function view(source: ByteSource, offset: number, length: number): DataView {
  const part = bytes(source, offset, length);
  return new DataView(part.buffer, part.byteOffset, part.byteLength);
}

export function bytes(source: ByteSource, offset: number, length: number): Uint8Array {
  if (length > MAX_TABLE) throw new ElfError('a table in it is too large');
  const part = length === 0 ? new Uint8Array() : source.read(offset, length);
  if (part.length < length) throw new ElfError('the file is cut off');
  return part;
}
