/** One entry of an archive. `mode` is st_mode: kind and permissions. */
export interface CpioEntry {
  /** Relative, without a leading slash. */
  readonly path: string;
  readonly mode: number;
  /** A file's content, a link's target; empty for a folder. */
  readonly data: Uint8Array;
}

const trailer: CpioEntry = { path: 'TRAILER!!!', mode: 0, data: new Uint8Array() };

/**
 * An archive as the kernel unpacks it for its first root file system: the "newc" format, all owned by root.
 * Source of the format: the kernel's Documentation/driver-api/early-userspace/buffer-format.rst.
 */
export function* cpio(entries: Iterable<CpioEntry>): Generator<Uint8Array> {
  let inode = 1;
  for (const entry of entries) yield* member(entry, inode++);
  yield* member(trailer, 0);
}

function* member({ path, mode, data }: CpioEntry, inode: number): Generator<Uint8Array> {
  const name = Buffer.from(`${path}\0`);
  // Inode, mode, uid, gid, links, mtime, size, four device numbers, length of the name, checksum (none).
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0];
  const header = `070701${fields.map((field) => field.toString(16).toUpperCase().padStart(8, '0')).join('')}`;
  yield Buffer.concat([Buffer.from(header), name, padding(header.length + name.length)]);
  yield data;
  yield padding(data.length);
}

/** Names and contents end at a multiple of four. */
function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}
