/** `glibc-ld.so.cache1.1`, then the number of libraries at 20 and 48 bytes of header (glibc, elf/cache.c). */
const MAGIC = 'glibc-ld.so.cache1.1';
const HEADER_BYTES = 48;
const ENTRY_BYTES = 24;
/** `FLAG_ELF_LIBC6` with the architecture's flag (glibc, sysdeps/generic/ldconfig.h). */
const FLAGS: Readonly<Record<string, number>> = { x64: 0x0303, arm64: 0x0a03 };

export interface CachedLibrary {
  readonly name: string;
  readonly path: string;
}

/** The libraries of one architecture in the loader's cache, in its order. Entries that make no sense are left out. */
export function parseLibraryCache(bytes: Buffer, arch: string): CachedLibrary[] {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return [];
  const count = Math.min(bytes.readUInt32LE(20), Math.floor((bytes.length - HEADER_BYTES) / ENTRY_BYTES));
  const libraries: CachedLibrary[] = [];
  for (let index = 0; index < count; index++) {
    const at = HEADER_BYTES + index * ENTRY_BYTES;
    if (bytes.readUInt32LE(at) !== FLAGS[arch]) continue;
    const name = textAt(bytes, bytes.readUInt32LE(at + 4));
    const path = textAt(bytes, bytes.readUInt32LE(at + 8));
    if (name !== '' && path.startsWith('/')) libraries.push({ name, path });
  }
  return libraries;
}

function textAt(bytes: Buffer, start: number): string {
  const end = bytes.indexOf(0, start);
  return start >= bytes.length || end < 0 ? '' : bytes.toString('utf8', start, end);
}
