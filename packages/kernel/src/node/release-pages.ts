import { readFileSync, readlinkSync } from 'node:fs';
import { getLibc } from '../ffi/libc.ts';

/** linux/mman.h */
const MADV_DONTNEED = 4;

/** A mapping of /proc/self/smaps: its range and permissions, its file, and how much of it is no longer as in that. */
const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+ +(.*)\n(?:.*\n)*?Anonymous: +(\d+) kB$/gm;

/**
 * Gives back memory that this process does not need while it rests: free memory of malloc, and the pages of its own program's
 * code and constants. The kernel still has those; each is mapped again when it is used. A page that was written to is no
 * longer the file's, and must not be given back: none of a mapping that has one is.
 */
export function releasePages(): void {
  const libc = getLibc();
  libc.malloc_trim(0);
  const program = readlinkSync('/proc/self/exe');
  for (const [, start = '', end = '', permissions, path, anonymous] of readFileSync(
    '/proc/self/smaps',
    'utf8',
  ).matchAll(MAPPING)) {
    if (!/^r-[x-]p$/.test(permissions ?? '') || path !== program || anonymous !== '0') continue;
    const [from, to] = [BigInt(`0x${start}`), BigInt(`0x${end}`)];
    // Where the kernel refuses (EINVAL: the pages are locked, EAGAIN) they stay resident, which harms nothing: no result is of use.
    libc.madvise(from, Number(to - from), MADV_DONTNEED);
  }
}
