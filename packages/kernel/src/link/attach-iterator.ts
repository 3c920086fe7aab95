import { closeSync, readSync } from 'node:fs';
import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError } from '../kernel-error.ts';
import { BPF_TRACE_ITER } from '../program/tracing-target.ts';
import type { Link } from './link.ts';

const PIECE = 64 * 1024;

/** Runs a TRACING program once over all objects of its iterator (kernel 5.8), then it is done. */
export function runIterator(programFd: number, iterator: string): Link {
  const what = `run iter:${iterator}`;
  const fd = getLibbpf().bpf_link_create(programFd, 0, BPF_TRACE_ITER, null);
  if (fd < 0) throw errnoError(what, fd);
  const link = new FileDescriptor(fd);
  try {
    readAll(link.number, what);
  } catch (error) {
    link.close();
    throw error;
  }
  return { detach: () => link.close(), close: () => link.close() };
}

/** Reading is what makes the kernel go on; programs that write nothing there give an empty file. */
function readAll(linkFd: number, what: string): void {
  const iterator = getLibbpf().bpf_iter_create(linkFd);
  if (iterator < 0) throw errnoError(what, iterator);
  const piece = Buffer.alloc(PIECE);
  try {
    while (readPiece(iterator, piece) > 0);
  } finally {
    closeSync(iterator);
  }
}

/** After a million objects the kernel lets others run (EAGAIN) and goes on at the next read. */
function readPiece(iterator: number, piece: Buffer): number {
  try {
    return readSync(iterator, piece, 0, piece.length, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 1;
    throw error;
  }
}
