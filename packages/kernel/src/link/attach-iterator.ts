import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError } from '../kernel-error.ts';
import { BPF_TRACE_ITER } from '../program/tracing-target.ts';
import { IteratorText } from './iterator-text.ts';
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

/** Programs of scripts write nothing there: the text is empty. */
function readAll(linkFd: number, what: string): void {
  const text = new IteratorText(linkFd, what);
  const piece = Buffer.alloc(PIECE);
  try {
    while (text.isOpen) text.read(piece);
  } finally {
    text.close();
  }
}
