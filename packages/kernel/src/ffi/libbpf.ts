import type { Pointer } from './libc.ts';
import { openLibrary } from './native.ts';

/**
 * The functions of libbpf 1.x in use; signatures as in bpf/bpf.h and bpf/libbpf.h of libbpf 1.1.
 * Those that return an int return a negative errno on failure.
 */
export interface Libbpf {
  readonly bpf_prog_load: (
    type: number,
    name: string,
    license: string,
    instructions: Uint8Array,
    slots: number,
    options: Uint8Array | null,
  ) => number;
  readonly bpf_map_create: (
    type: number,
    name: string,
    keySize: number,
    valueSize: number,
    maxEntries: number,
    options: Uint8Array | null,
  ) => number;
  readonly bpf_map_lookup_elem: (fd: number, key: Uint8Array, value: Uint8Array) => number;
  readonly bpf_map_update_elem: (fd: number, key: Uint8Array, value: Uint8Array, flags: number) => number;
  readonly bpf_map_delete_elem: (fd: number, key: Uint8Array) => number;
  readonly bpf_map_get_next_key: (fd: number, key: Uint8Array | null, next: Uint8Array) => number;
  /** Kernel 5.6. */
  readonly bpf_map_lookup_batch: (
    fd: number,
    inBatch: Uint8Array | null,
    outBatch: Uint8Array,
    keys: Uint8Array,
    values: Uint8Array,
    count: Uint8Array,
    options: Uint8Array | null,
  ) => number;
  /** Kernel 5.7; of perf events 5.15. */
  readonly bpf_link_create: (
    programFd: number,
    targetFd: number,
    attachType: number,
    options: Uint8Array | null,
  ) => number;
  readonly bpf_prog_attach: (programFd: number, targetFd: number, attachType: number, flags: number) => number;
  readonly bpf_prog_detach2: (programFd: number, targetFd: number, attachType: number) => number;
  /** Kernel 5.8. */
  readonly bpf_iter_create: (linkFd: number) => number;
  readonly bpf_raw_tracepoint_open: (name: string | null, programFd: number) => number;
  /** Of raw tracepoints kernel 5.10. */
  readonly bpf_prog_test_run_opts: (programFd: number, options: Uint8Array) => number;
  readonly bpf_obj_get_info_by_fd: (fd: number, info: Uint8Array, length: Uint8Array) => number;
  readonly bpf_prog_get_fd_by_id: (id: number) => number;
  readonly bpf_prog_get_next_id: (startId: number, next: Uint8Array) => number;
  /** Kernel 5.8. */
  readonly bpf_enable_stats: (type: number) => number;
  /** Kernel 4.18. */
  readonly bpf_btf_load: (bytes: Uint8Array, length: number, options: Uint8Array | null) => number;
  /** 1 where programs of the type may call the helper, 0 where not. */
  readonly libbpf_probe_bpf_helper: (programType: number, helper: number, options: Uint8Array | null) => number;
  /** 1 where the kernel has the type, 0 where not. */
  readonly libbpf_probe_bpf_prog_type: (type: number, options: Uint8Array | null) => number;
  readonly libbpf_probe_bpf_map_type: (type: number, options: Uint8Array | null) => number;
  readonly libbpf_find_vmlinux_btf_id: (name: string, attachType: number) => number;
  readonly libbpf_set_print: (callback: Pointer | null) => Pointer | null;
}

let libbpf: Libbpf | null = null;

/** Throws `KernelError` NOLIB where libbpf 1.x is not installed. */
export function getLibbpf(): Libbpf {
  if (libbpf === null) {
    libbpf = declare();
    // libbpf writes to stderr by itself; every failure is reported through its return value anyway.
    libbpf.libbpf_set_print(null);
  }
  return libbpf;
}

/** Throws `KernelError` NOLIB. */
export function openLibbpf(): ReturnType<typeof openLibrary> {
  return openLibrary('libbpf.so.1', 'install libbpf 1.x (on Debian: apt-get install libbpf1)');
}

function declare(): Libbpf {
  const library = openLibbpf();
  const bytes = 'void *';
  return {
    bpf_prog_load: library.func('bpf_prog_load', 'int', ['int', 'str', 'str', bytes, 'size_t', bytes]),
    bpf_map_create: library.func('bpf_map_create', 'int', ['int', 'str', 'uint32', 'uint32', 'uint32', bytes]),
    bpf_map_lookup_elem: library.func('bpf_map_lookup_elem', 'int', ['int', bytes, bytes]),
    bpf_map_update_elem: library.func('bpf_map_update_elem', 'int', ['int', bytes, bytes, 'uint64']),
    bpf_map_delete_elem: library.func('bpf_map_delete_elem', 'int', ['int', bytes]),
    bpf_map_get_next_key: library.func('bpf_map_get_next_key', 'int', ['int', bytes, bytes]),
    bpf_map_lookup_batch: library.func('bpf_map_lookup_batch', 'int', [
      'int',
      bytes,
      bytes,
      bytes,
      bytes,
      bytes,
      bytes,
    ]),
    bpf_link_create: library.func('bpf_link_create', 'int', ['int', 'int', 'int', bytes]),
    bpf_prog_attach: library.func('bpf_prog_attach', 'int', ['int', 'int', 'int', 'uint32']),
    bpf_prog_detach2: library.func('bpf_prog_detach2', 'int', ['int', 'int', 'int']),
    bpf_iter_create: library.func('bpf_iter_create', 'int', ['int']),
    bpf_raw_tracepoint_open: library.func('bpf_raw_tracepoint_open', 'int', ['str', 'int']),
    bpf_prog_test_run_opts: library.func('bpf_prog_test_run_opts', 'int', ['int', bytes]),
    bpf_obj_get_info_by_fd: library.func('bpf_obj_get_info_by_fd', 'int', ['int', bytes, bytes]),
    bpf_prog_get_fd_by_id: library.func('bpf_prog_get_fd_by_id', 'int', ['uint32']),
    bpf_prog_get_next_id: library.func('bpf_prog_get_next_id', 'int', ['uint32', bytes]),
    bpf_enable_stats: library.func('bpf_enable_stats', 'int', ['int']),
    bpf_btf_load: library.func('bpf_btf_load', 'int', [bytes, 'size_t', bytes]),
    libbpf_probe_bpf_helper: library.func('libbpf_probe_bpf_helper', 'int', ['int', 'int', bytes]),
    libbpf_probe_bpf_prog_type: library.func('libbpf_probe_bpf_prog_type', 'int', ['int', bytes]),
    libbpf_probe_bpf_map_type: library.func('libbpf_probe_bpf_map_type', 'int', ['int', bytes]),
    libbpf_find_vmlinux_btf_id: library.func('libbpf_find_vmlinux_btf_id', 'int', ['str', 'int']),
    libbpf_set_print: library.func('libbpf_set_print', 'void *', ['void *']),
  };
}
