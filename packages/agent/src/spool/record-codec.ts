import { crc32c } from '@bpfleet/contracts';

/**
 * A record on disk: "bpsr", u32 length of the body, u32 CRC-32C of the body, both little endian, then the body. The
 * magic lets a reader find the next record behind a damaged one, where the length cannot be believed.
 */
const magic = Uint8Array.of(0x62, 0x70, 0x73, 0x72);
export const recordHeaderBytes = 12;
/** A longer body is refused by the writer and taken as damage by the reader. */
const maxRecordBytes = 8 * 1024 * 1024;

export function encodeRecord(body: Uint8Array): Uint8Array {
  if (body.length > maxRecordBytes) throw new RangeError(`a spool record of ${body.length} bytes is too long`);
  const bytes = new Uint8Array(recordHeaderBytes + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(4, body.length, true);
  view.setUint32(8, crc32c(body), true);
  bytes.set(body, recordHeaderBytes);
  return bytes;
}

interface ScannedRecord {
  /** Of the record, header and all, in the segment. */
  readonly offset: number;
  readonly length: number;
  readonly body: Uint8Array;
}

export interface Scan {
  readonly records: readonly ScannedRecord[];
  /** Bytes that belong to no whole record: torn by a crash, or flipped. */
  readonly damagedBytes: number;
}

/** Every whole record of a segment, whatever lies between them. Never throws. */
export function scanRecords(segment: Uint8Array): Scan {
  const records: ScannedRecord[] = [];
  let damagedBytes = 0;
  let offset = 0;
  while (offset < segment.length) {
    const body = recordAt(segment, offset);
    if (body) {
      const length = recordHeaderBytes + body.length;
      records.push({ offset, length, body });
      offset += length;
    } else {
      const next = nextMagic(segment, offset + 1);
      damagedBytes += next - offset;
      offset = next;
    }
  }
  return { records, damagedBytes };
}

/** The body of the record at `offset`, or null where none is whole. */
export function recordAt(segment: Uint8Array, offset: number): Uint8Array | null {
  if (offset + recordHeaderBytes > segment.length) return null;
  for (let index = 0; index < magic.length; index++) if (segment[offset + index] !== magic[index]) return null;
  const view = new DataView(segment.buffer, segment.byteOffset + offset, recordHeaderBytes);
  const length = view.getUint32(4, true);
  const end = offset + recordHeaderBytes + length;
  if (length > maxRecordBytes || end > segment.length) return null;
  const body = segment.subarray(offset + recordHeaderBytes, end);
  return crc32c(body) === view.getUint32(8, true) ? body : null;
}

function nextMagic(segment: Uint8Array, from: number): number {
  for (let at = segment.indexOf(magic[0] as number, from); at >= 0; at = segment.indexOf(magic[0] as number, at + 1)) {
    if (segment[at + 1] === magic[1] && segment[at + 2] === magic[2] && segment[at + 3] === magic[3]) return at;
  }
  return segment.length;
}
