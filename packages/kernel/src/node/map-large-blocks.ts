import { getLibc } from '../ffi/libc.ts';

/** malloc.h */
const M_MMAP_THRESHOLD = -3;

/**
 * Has malloc map each block of so many bytes and more by itself. Pages of such a block that nobody writes to take no memory, where
 * a block among others takes what was written to its place before. Node keeps 64 KiB for what each TLS connection receives, of which
 * a connection that sends little uses some 4. Costs two system calls a block. Without effect where malloc is not glibc's.
 */
export function mapLargeBlocks(bytes: number): void {
  getLibc().mallopt(M_MMAP_THRESHOLD, bytes);
}
