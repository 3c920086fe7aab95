import { readFileSync } from 'node:fs';
import { findExecutable } from '../executable/find-executable.ts';
import { getLibc } from '../ffi/libc.ts';
import { KernelError } from '../kernel-error.ts';
import { attachProbe } from '../link/attach-probe.ts';
import { parseProcessMaps } from '../symbols/process-maps.ts';

/** A function of libc that nothing else in this process calls. */
const FUNCTION = 'getsid';
const LIBC = /\/libc(-[\d.]+)?\.so(\.6)?$/;

let place: { readonly path: string; readonly offset: number } | null = null;

/**
 * Runs a KPROBE program once, on the calling CPU and in this thread, without arguments: a probe on a function of libc, for
 * this thread alone, which is then called. For kernels that run no raw tracepoint program by themselves (before 5.10).
 */
export function runByProbe(programFd: number, name: string): void {
  getLibc();
  place ??= findPlace(name);
  const link = attachProbe(programFd, { kind: 'uprobe', ...place, return: false, pid: process.pid });
  try {
    getLibc().getsid(0);
  } finally {
    link.detach();
    link.close();
  }
}

function findPlace(name: string): { readonly path: string; readonly offset: number } {
  const libc = parseProcessMaps(readFileSync('/proc/self/maps', 'utf8')).find(({ path }) => LIBC.test(path));
  const file = libc === undefined ? undefined : findExecutable(libc.path);
  const found =
    file !== undefined && 'functions' in file ? file.functions.find((one) => one.name === FUNCTION) : undefined;
  if (file === undefined || !('path' in file) || found === undefined) {
    throw new KernelError('NOFEATURE', `cannot run "${name}": this process has no libc with ${FUNCTION}`);
  }
  return { path: file.path, offset: found.offset };
}
