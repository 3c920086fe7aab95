import { openLibbpf } from './libbpf.ts';
import type { Pointer } from './libc.ts';

/**
 * The functions of libbpf 1.x for ELF objects; signatures as in bpf/libbpf.h of libbpf 1.1. Those that return a pointer
 * return null on failure and set errno; those that return an int return a negative errno.
 */
export interface LibbpfObject {
  /** The bytes are copied, and what options point to. */
  readonly bpf_object__open_mem: (bytes: Uint8Array, size: number, options: Uint8Array | null) => Pointer | null;
  readonly bpf_object__load: (object: Pointer) => number;
  readonly bpf_object__close: (object: Pointer) => void;
  readonly bpf_object__next_program: (object: Pointer, previous: Pointer | null) => Pointer | null;
  readonly bpf_object__next_map: (object: Pointer, previous: Pointer | null) => Pointer | null;
  readonly bpf_program__name: (program: Pointer) => string;
  readonly bpf_program__section_name: (program: Pointer) => string;
  readonly bpf_program__autoload: (program: Pointer) => boolean;
  /** Before load only. */
  readonly bpf_program__set_autoload: (program: Pointer, autoload: boolean) => number;
  readonly bpf_program__fd: (program: Pointer) => number;
  readonly bpf_program__attach: (program: Pointer) => Pointer | null;
  readonly bpf_program__attach_kprobe: (program: Pointer, isReturn: boolean, name: string) => Pointer | null;
  /** `pid` -1: of every process. */
  readonly bpf_program__attach_uprobe_opts: (
    program: Pointer,
    pid: number,
    path: string,
    offset: number,
    options: Uint8Array,
  ) => Pointer | null;
  readonly bpf_program__attach_usdt: (
    program: Pointer,
    pid: number,
    path: string,
    provider: string,
    name: string,
    options: null,
  ) => Pointer | null;
  readonly bpf_program__attach_tracepoint: (program: Pointer, category: string, name: string) => Pointer | null;
  readonly bpf_program__attach_raw_tracepoint: (program: Pointer, name: string) => Pointer | null;
  /** Kernel 5.8. `options`: struct bpf_iter_attach_opts. */
  readonly bpf_program__attach_iter: (program: Pointer, options: Uint8Array) => Pointer | null;
  /** Kernel 5.9. */
  readonly bpf_program__attach_xdp: (program: Pointer, interfaceIndex: number) => Pointer | null;
  /** Kernel 5.7. */
  readonly bpf_program__attach_cgroup: (program: Pointer, folder: number) => Pointer | null;
  /** Kernel 5.8. */
  readonly bpf_program__attach_netns: (program: Pointer, namespace: number) => Pointer | null;
  /** Before load only; 0: of the kernel itself. */
  readonly bpf_program__set_attach_target: (program: Pointer, programFd: number, name: string) => number;
  /** Before load only. */
  readonly bpf_program__set_expected_attach_type: (program: Pointer, type: number) => number;
  readonly bpf_link__fd: (link: Pointer) => number;
  readonly bpf_link__destroy: (link: Pointer) => number;
  readonly bpf_map__name: (map: Pointer) => string;
  readonly bpf_map__type: (map: Pointer) => number;
  readonly bpf_map__key_size: (map: Pointer) => number;
  readonly bpf_map__value_size: (map: Pointer) => number;
  readonly bpf_map__max_entries: (map: Pointer) => number;
  /** Before load only. */
  readonly bpf_map__set_max_entries: (map: Pointer, entries: number) => number;
  /** Before load only. */
  readonly bpf_map__set_value_size: (map: Pointer, bytes: number) => number;
  readonly bpf_map__map_flags: (map: Pointer) => number;
  readonly bpf_map__btf_key_type_id: (map: Pointer) => number;
  readonly bpf_map__btf_value_type_id: (map: Pointer) => number;
  readonly bpf_map__is_internal: (map: Pointer) => boolean;
  readonly bpf_map__pin_path: (map: Pointer) => string | null;
  /** The path is copied; null: the map is not pinned, whatever the object says. Before load only. */
  readonly bpf_map__set_pin_path: (map: Pointer, path: null) => number;
  /** Of a pinned map or program. */
  readonly bpf_obj_get: (path: string) => number;
  /** Before load only; the descriptor is duplicated. */
  readonly bpf_map__reuse_fd: (map: Pointer, fd: number) => number;
  readonly bpf_map__fd: (map: Pointer) => number;
  /** Before load only. */
  readonly bpf_map__set_map_flags: (map: Pointer, flags: number) => number;
  readonly bpf_map__attach_struct_ops: (map: Pointer) => Pointer | null;
}

let functions: LibbpfObject | null = null;

/** Throws `KernelError` NOLIB where libbpf 1.x is not installed. */
export function getLibbpfObject(): LibbpfObject {
  functions ??= declare();
  return functions;
}

function declare(): LibbpfObject {
  const library = openLibbpf();
  const of = (name: string, result: string) => library.func(name, result, ['void *']);
  return {
    bpf_object__open_mem: library.func('bpf_object__open_mem', 'void *', ['void *', 'size_t', 'void *']),
    bpf_object__load: of('bpf_object__load', 'int'),
    bpf_object__close: of('bpf_object__close', 'void'),
    bpf_object__next_program: library.func('bpf_object__next_program', 'void *', ['void *', 'void *']),
    bpf_object__next_map: library.func('bpf_object__next_map', 'void *', ['void *', 'void *']),
    bpf_program__name: of('bpf_program__name', 'str'),
    bpf_program__section_name: of('bpf_program__section_name', 'str'),
    bpf_program__autoload: of('bpf_program__autoload', 'bool'),
    bpf_program__set_autoload: library.func('bpf_program__set_autoload', 'int', ['void *', 'bool']),
    bpf_program__fd: of('bpf_program__fd', 'int'),
    bpf_program__attach: of('bpf_program__attach', 'void *'),
    bpf_program__attach_kprobe: library.func('bpf_program__attach_kprobe', 'void *', ['void *', 'bool', 'str']),
    bpf_program__attach_uprobe_opts: library.func('bpf_program__attach_uprobe_opts', 'void *', [
      ...['void *', 'int', 'str', 'size_t', 'void *'],
    ]),
    bpf_program__attach_usdt: library.func('bpf_program__attach_usdt', 'void *', [
      ...['void *', 'int', 'str', 'str', 'str', 'void *'],
    ]),
    bpf_program__attach_tracepoint: library.func('bpf_program__attach_tracepoint', 'void *', ['void *', 'str', 'str']),
    bpf_program__attach_raw_tracepoint: library.func('bpf_program__attach_raw_tracepoint', 'void *', ['void *', 'str']),
    bpf_program__attach_iter: library.func('bpf_program__attach_iter', 'void *', ['void *', 'void *']),
    bpf_program__attach_xdp: library.func('bpf_program__attach_xdp', 'void *', ['void *', 'int']),
    bpf_program__attach_cgroup: library.func('bpf_program__attach_cgroup', 'void *', ['void *', 'int']),
    bpf_program__attach_netns: library.func('bpf_program__attach_netns', 'void *', ['void *', 'int']),
    bpf_program__set_attach_target: library.func('bpf_program__set_attach_target', 'int', ['void *', 'int', 'str']),
    bpf_program__set_expected_attach_type: library.func('bpf_program__set_expected_attach_type', 'int', [
      ...['void *', 'int'],
    ]),
    bpf_link__fd: of('bpf_link__fd', 'int'),
    bpf_link__destroy: of('bpf_link__destroy', 'int'),
    bpf_map__name: of('bpf_map__name', 'str'),
    bpf_map__type: of('bpf_map__type', 'int'),
    bpf_map__key_size: of('bpf_map__key_size', 'uint32'),
    bpf_map__value_size: of('bpf_map__value_size', 'uint32'),
    bpf_map__max_entries: of('bpf_map__max_entries', 'uint32'),
    bpf_map__map_flags: of('bpf_map__map_flags', 'uint32'),
    bpf_map__btf_key_type_id: of('bpf_map__btf_key_type_id', 'uint32'),
    bpf_map__btf_value_type_id: of('bpf_map__btf_value_type_id', 'uint32'),
    bpf_map__is_internal: of('bpf_map__is_internal', 'bool'),
    bpf_map__pin_path: of('bpf_map__pin_path', 'str'),
    bpf_map__set_max_entries: library.func('bpf_map__set_max_entries', 'int', ['void *', 'uint32']),
    bpf_map__set_value_size: library.func('bpf_map__set_value_size', 'int', ['void *', 'uint32']),
    bpf_map__set_pin_path: library.func('bpf_map__set_pin_path', 'int', ['void *', 'str']),
    bpf_obj_get: library.func('bpf_obj_get', 'int', ['str']),
    bpf_map__reuse_fd: library.func('bpf_map__reuse_fd', 'int', ['void *', 'int']),
    bpf_map__fd: of('bpf_map__fd', 'int'),
    bpf_map__set_map_flags: library.func('bpf_map__set_map_flags', 'int', ['void *', 'uint32']),
    bpf_map__attach_struct_ops: of('bpf_map__attach_struct_ops', 'void *'),
  };
}
