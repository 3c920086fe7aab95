import { closeSync, openSync, writeSync } from 'node:fs';

/** pcap-savefile(5): nanoseconds; version 2.4; packets of raw IP, of any length. */
const MAGIC_NS = 0xa1b2_3c4d;
const LINKTYPE_RAW = 101;
const SNAPSHOT_BYTES = 262_144;
const HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;

/** The capture files of a trace. Each is made when the first packet for it comes; what was there is overwritten. */
export class PacketFiles {
  /** By path. null: it could not be written, which was told. */
  readonly #files = new Map<string, number | null>();

  /** `ns`: since the Unix epoch. Gives a complaint, with its line end, where the file cannot be written; once a file. */
  write(path: string, ns: bigint, packet: Uint8Array): string | null {
    try {
      const file = this.#open(path);
      if (file === null) return null;
      writeSync(file, Buffer.concat([packetHeader(ns, packet.length), packet]));
      return null;
    } catch (error) {
      this.#close(path);
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      return `ERROR: cannot write packets to '${path}': ${code}\n`;
    }
  }

  close(): void {
    for (const path of this.#files.keys()) this.#close(path);
  }

  #open(path: string): number | null {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const file = openSync(path, 'w', 0o644);
    this.#files.set(path, file);
    writeSync(file, fileHeader());
    return file;
  }

  #close(path: string): void {
    const file = this.#files.get(path) ?? null;
    this.#files.set(path, null);
    if (file !== null) closeSync(file);
  }
}

function fileHeader(): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC_NS, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(SNAPSHOT_BYTES, 16);
  header.writeUInt32LE(LINKTYPE_RAW, 20);
  return header;
}

function packetHeader(ns: bigint, length: number): Buffer {
  const header = Buffer.alloc(PACKET_HEADER_BYTES);
  header.writeUInt32LE(Number((ns / 1_000_000_000n) & 0xffff_ffffn), 0);
  header.writeUInt32LE(Number(ns % 1_000_000_000n), 4);
  header.writeUInt32LE(length, 8);
  header.writeUInt32LE(length, 12);
  return header;
}
