import { openLibrary } from './native.ts';

/** An address: koffi gives and takes them as bigint. */
export type Pointer = bigint;

/** The functions of libc in use; signatures as in the Linux man pages. They return -1 and set errno. */
export interface Libc {
  readonly syscall: (number: number, a: Pointer, b: number, c: number, d: number, e: number) => number;
  readonly ioctl: (fd: number, request: number, argument: number) => number;
  /** Returns `MAP_FAILED` on error. */
  readonly mmap: (
    address: Pointer | null,
    length: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ) => Pointer;
  readonly munmap: (address: Pointer, length: number) => number;
  readonly madvise: (address: Pointer, length: number, advice: number) => number;
  /** Gives free memory of malloc back to the kernel (glibc). */
  readonly malloc_trim: (keep: number) => number;
  /** Tunes malloc (glibc); 0 where it refuses. */
  readonly mallopt: (parameter: number, value: number) => number;
  readonly close: (fd: number) => number;
  /** close on a thread of libuv's pool. */
  readonly closeAsync: (fd: number, done: () => void) => void;
  readonly sysconf: (name: number) => number;
  readonly getsid: (pid: number) => number;
  readonly socket: (family: number, type: number, protocol: number) => number;
  readonly bind: (fd: number, address: Pointer, length: number) => number;
  readonly setsockopt: (fd: number, level: number, name: number, value: Pointer, length: number) => number;
  readonly getsockopt: (fd: number, level: number, name: number, value: Pointer, length: Pointer) => number;
  /** `time`: 16 bytes for a struct timespec. */
  readonly clock_gettime: (clock: number, time: Uint8Array) => number;
  /** `list`: address of a va_list, which the call uses up. */
  readonly vsnprintf: (text: Uint8Array | null, size: number, format: Pointer, list: Uint8Array) => number;
}

export const MAP_FAILED: Pointer = 2n ** 64n - 1n;
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const MAP_SHARED = 1;
const SC_PAGESIZE = 30;

let libc: Libc | null = null;

export function getLibc(): Libc {
  libc ??= declare();
  return libc;
}

function declare(): Libc {
  const library = openLibrary('libc.so.6', 'this needs a Linux with glibc');
  const close = library.func('close', 'int', ['int']);
  return {
    // Fixed arguments instead of `...`: alike on x86-64 and arm64 Linux, where all of them go in registers.
    syscall: library.func('syscall', 'long', ['long', 'void *', 'long', 'long', 'long', 'long']),
    ioctl: library.func('ioctl', 'int', ['int', 'ulong', 'long']),
    mmap: library.func('mmap', 'void *', ['void *', 'size_t', 'int', 'int', 'int', 'int64']),
    munmap: library.func('munmap', 'int', ['void *', 'size_t']),
    madvise: library.func('madvise', 'int', ['void *', 'size_t', 'int']),
    malloc_trim: library.func('malloc_trim', 'int', ['size_t']),
    mallopt: library.func('mallopt', 'int', ['int', 'int']),
    close,
    closeAsync: close.async,
    getsid: library.func('getsid', 'int', ['int']),
    socket: library.func('socket', 'int', ['int', 'int', 'int']),
    bind: library.func('bind', 'int', ['int', 'void *', 'uint32']),
    setsockopt: library.func('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint32']),
    getsockopt: library.func('getsockopt', 'int', ['int', 'int', 'int', 'void *', 'void *']),
    sysconf: library.func('sysconf', 'long', ['int']),
    clock_gettime: library.func('clock_gettime', 'int', ['int', 'void *']),
    vsnprintf: library.func('vsnprintf', 'int', ['void *', 'size_t', 'void *', 'void *']),
  };
}

/** Bytes of a memory page: 4096 on x86-64; 4096, 16384 or 65536 on arm64. */
export function pageSize(): number {
  return getLibc().sysconf(SC_PAGESIZE);
}
