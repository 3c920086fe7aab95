import { getLibc } from './libc.ts';

const waiting: number[] = [];
let busy = false;

/**
 * Closes a file descriptor on another thread, one after the other, where the kernel takes long. The caller must have
 * forgotten the number. What a process has not closed when it ends, the kernel closes.
 */
export function closeInBackground(fd: number): void {
  waiting.push(fd);
  if (!busy) closeNext();
}

function closeNext(): void {
  const fd = waiting.shift();
  busy = fd !== undefined;
  if (fd !== undefined) getLibc().closeAsync(fd, closeNext);
}
