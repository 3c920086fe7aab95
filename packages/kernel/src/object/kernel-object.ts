import type { MapSpec } from '@bpfleet/bpf';
import { kernelNeededFor } from '../features/needed-kernel.ts';
import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { getLibbpfObject } from '../ffi/libbpf-object.ts';
import { getLibc, type Pointer } from '../ffi/libc.ts';
import { errno } from '../ffi/native.ts';
import { errnoError, KernelError } from '../kernel-error.ts';
import type { Link } from '../link/link.ts';
import { linkStructOps } from '../link/link-struct-ops.ts';
import { BpfMap } from '../map/bpf-map.ts';
import { nodeIdentity } from '../node/uname.ts';
import { BPF_TRACE_UPROBE_MULTI } from '../program/tracing-target.ts';
import { explainFailure } from './explain-failure.ts';
import { withLibbpfLog } from './libbpf-log.ts';
import { attachObjectProgram, type ObjectTarget, targetText, withFile } from './object-target.ts';
import { withOpenOptions } from './open-options.ts';

/** `enum` of flags of maps (linux/bpf.h). */
const BPF_F_LINK = 1 << 13;

/** A program of an object. */
export interface ObjectProgram {
  readonly name: string;
  /** Where it is to be attached, as in `tracepoint/syscalls/sys_enter_openat`. */
  readonly section: string;
  /** False where the object says that it is not to be loaded (`SEC("?...")`). */
  readonly loads: boolean;
}

/** An attached program of an object. */
export interface ObjectLink extends Link {
  /** Of the kernel's link, where it has one. */
  readonly fd: number;
}

/** A map of an object. Sizes in bytes; type identifiers are of the object's BTF, 0 where there is none. */
export interface ObjectMap {
  readonly name: string;
  /** `enum bpf_map_type` */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly keyType: number;
  readonly valueType: number;
  /** libbpf's own, for global variables: .data, .rodata, .bss, .kconfig. */
  readonly internal: boolean;
  readonly pinned: boolean;
}

/**
 * An ELF object in libbpf's hands. Nothing is pinned: maps, programs and links are file descriptors of this process.
 * The bytes must have passed `readObject`: libbpf runs in this process and is not made for hostile files.
 */
export class KernelObject {
  programs: readonly ObjectProgram[];
  maps: readonly ObjectMap[];
  readonly #programs: readonly Pointer[];
  readonly #maps: readonly Pointer[];
  #object: Pointer | null;

  /** Opens only: the kernel has not seen it yet. Throws KernelError. */
  constructor(bytes: Uint8Array) {
    const libbpf = getLibbpfObject();
    // Some of libelf writes to what it reads.
    const copy = Buffer.from(bytes);
    const object = withLibbpfLog((messages) => {
      const opened = withOpenOptions((options) => libbpf.bpf_object__open_mem(copy, copy.length, options));
      if (opened === null) throw explainFailure('read the object', errno(), messages);
      return opened;
    });
    this.#object = object;
    this.#programs = walk((previous) => libbpf.bpf_object__next_program(object, previous));
    this.#maps = walk((previous) => libbpf.bpf_object__next_map(object, previous));
    this.programs = this.#programs.map(readProgram);
    this.maps = this.#maps.map(readMap);
  }

  /** Before load: whether a program is loaded, whatever the object says. Throws KernelError. */
  setLoads(index: number, loads: boolean): void {
    this.#open();
    const { name = '' } = this.programs[index] ?? {};
    const result = getLibbpfObject().bpf_program__set_autoload(this.#programs[index] as Pointer, loads);
    if (result < 0) throw errnoError(`choose whether to load program "${name}"`, result);
    this.programs = this.#programs.map(readProgram);
  }

  /** Before load: how many entries a map has. Throws KernelError. */
  resizeMap(index: number, entries: number): void {
    this.#open();
    const { name = '' } = this.maps[index] ?? {};
    const result = getLibbpfObject().bpf_map__set_max_entries(this.#maps[index] as Pointer, entries);
    if (result < 0) throw errnoError(`give map "${name}" ${entries} entries`, result);
    this.#readMaps();
  }

  /** Before load: how many bytes a value of a map has. Throws KernelError. */
  resizeValue(index: number, bytes: number): void {
    this.#open();
    const { name = '' } = this.maps[index] ?? {};
    const result = getLibbpfObject().bpf_map__set_value_size(this.#maps[index] as Pointer, bytes);
    if (result < 0) throw errnoError(`give map "${name}" values of ${bytes} bytes`, result);
    this.#readMaps();
  }

  /** Once loaded: puts the control group of a folder into an element of a CGROUP_ARRAY. Throws KernelError. */
  setCgroup(index: number, element: number, folder: string): void {
    this.#open();
    const { name = '' } = this.maps[index] ?? {};
    const map = getLibbpfObject().bpf_map__fd(this.#maps[index] as Pointer);
    withFile(folder, (fd) => {
      const result = getLibbpf().bpf_map_update_elem(map, wordOf(element), wordOf(fd), 0);
      if (result < 0) throw errnoError(`put the control group ${folder} into map "${name}"`, result);
    });
  }

  /** Before load: a map is this process's own, also where the object asks to pin it. */
  ownMap(index: number): void {
    this.#open();
    getLibbpfObject().bpf_map__set_pin_path(this.#maps[index] as Pointer, null);
    this.#readMaps();
  }

  /** Before load: the map that somebody has pinned takes the place of an own one. Throws KernelError: also where they differ. */
  shareMap(index: number, path: string): void {
    this.#open();
    const libbpf = getLibbpfObject();
    const before = this.maps[index] as ObjectMap;
    const fd = libbpf.bpf_obj_get(path);
    if (fd < 0) throw errnoError(`use the map that is pinned at ${path}`, fd);
    try {
      this.ownMap(index);
      const result = libbpf.bpf_map__reuse_fd(this.#maps[index] as Pointer, fd);
      if (result < 0) throw errnoError(`use the map that is pinned at ${path}`, result);
    } finally {
      getLibc().close(fd);
    }
    this.#readMaps();
    const after = this.maps[index] as ObjectMap;
    const same = (['type', 'keySize', 'valueSize'] as const).every((part) => before[part] === after[part]);
    if (!same) {
      throw new KernelError(
        'EINVAL',
        `the map that is pinned at ${path} is of another type or size than ${before.name}`,
      );
    }
  }

  /** Creates the maps, fits the programs to this kernel (CO-RE) and loads them. Throws KernelError, VerifierError. */
  load(): void {
    withLibbpfLog((messages) => {
      const result = getLibbpfObject().bpf_object__load(this.#open());
      const tooNew = result < 0 ? kernelNeededFor(this.maps, nodeIdentity().kernel) : null;
      if (tooNew !== null) throw new KernelError('NOFEATURE', `cannot load the object: ${tooNew}`);
      if (result < 0) throw explainFailure('load the object', result, messages);
    });
  }

  /** Of a loaded program, by its place in `programs`. */
  programFd(index: number): number {
    this.#open();
    return getLibbpfObject().bpf_program__fd(this.#programs[index] as Pointer);
  }

  /** A loaded map, by its place in `maps`. It is closed with the object. */
  map(index: number, spec: MapSpec): BpfMap {
    this.#open();
    return new BpfMap(spec, new FileDescriptor(getLibbpfObject().bpf_map__fd(this.#maps[index] as Pointer)));
  }

  /** Of a loaded map, by its name. Throws KernelError where there is none. */
  mapFd(name: string): number {
    this.#open();
    const index = this.maps.findIndex((map) => map.name === name);
    if (index < 0) throw new KernelError('ENOENT', `the object has no map "${name}"`);
    return getLibbpfObject().bpf_map__fd(this.#maps[index] as Pointer);
  }

  /** Attaches a loaded program. Throws KernelError. */
  attach(index: number, target: ObjectTarget = { kind: 'section' }): ObjectLink {
    this.#open();
    const { name = '', section = '' } = this.programs[index] ?? {};
    const libbpf = getLibbpfObject();
    const what = `attach program "${name}" to ${targetText(target, section)}`;
    let link = withLibbpfLog((messages) => {
      const attached = attachObjectProgram(libbpf, this.#programs[index] as Pointer, target);
      if (attached === null) throw explainFailure(what, errno(), messages);
      return attached as Pointer | null;
    });
    const detach = () => {
      if (link !== null) libbpf.bpf_link__destroy(link);
      link = null;
    };
    return {
      detach,
      close: detach,
      get fd() {
        if (link === null) throw new KernelError('EBADF', `program "${name}" is detached`);
        return libbpf.bpf_link__fd(link);
      },
    };
  }

  /** Before load: a map of struct_ops is registered by a link (6.4), and not for good. Throws KernelError. */
  linkStructOps(index: number): void {
    this.#open();
    const { name = '', flags = 0 } = this.maps[index] ?? {};
    const result = getLibbpfObject().bpf_map__set_map_flags(this.#maps[index] as Pointer, flags | BPF_F_LINK);
    if (result < 0) throw errnoError(`have "${name}" registered by a link`, result);
    this.#readMaps();
  }

  /** Registers a loaded map of struct_ops that linkStructOps was called for. Throws KernelError. */
  attachStructOps(index: number): Link {
    this.#open();
    const { name = '' } = this.maps[index] ?? {};
    const what = `register "${name}"`;
    const libbpf = getLibbpfObject();
    const map = this.#maps[index] as Pointer;
    const filled = withLibbpfLog((messages) => {
      const link = libbpf.bpf_map__attach_struct_ops(map);
      if (link === null) throw explainFailure(what, errno(), messages);
      return link;
    });
    let own: FileDescriptor | null = null;
    try {
      // libbpf before 1.2 only fills the map.
      if (libbpf.bpf_link__fd(filled) === libbpf.bpf_map__fd(map)) own = linkStructOps(libbpf.bpf_map__fd(map), what);
    } catch (error) {
      libbpf.bpf_link__destroy(filled);
      throw error;
    }
    let attached = true;
    const detach = () => {
      if (attached) libbpf.bpf_link__destroy(filled);
      attached = false;
      own?.close();
    };
    return { detach, close: detach };
  }

  /** Before load: the function, or event, that a program of fentry, fexit, tp_btf or lsm is for. Throws KernelError. */
  setTarget(index: number, function_: string): void {
    this.#open();
    const { name = '' } = this.programs[index] ?? {};
    withLibbpfLog((messages) => {
      const program = this.#programs[index] as Pointer;
      const result = getLibbpfObject().bpf_program__set_attach_target(program, 0, function_);
      if (result < 0) throw explainFailure(`make program "${name}" for ${function_}`, result, messages);
    });
  }

  /** Before load: a program of uprobes is to be attached by `attachMulti`, and not by `attach`. Throws KernelError. */
  setMulti(index: number): void {
    this.#open();
    const { name = '' } = this.programs[index] ?? {};
    const program = this.#programs[index] as Pointer;
    const result = getLibbpfObject().bpf_program__set_expected_attach_type(program, BPF_TRACE_UPROBE_MULTI);
    if (result < 0) throw errnoError(`make program "${name}" one for many functions`, result);
  }

  /** Unloads; links are closed before. */
  close(): void {
    if (this.#object !== null) getLibbpfObject().bpf_object__close(this.#object);
    this.#object = null;
  }

  /** A shared map may have been made without types: the object's own say what is in it. */
  #readMaps(): void {
    this.maps = this.#maps.map((map, index) => {
      const { keyType = 0, valueType = 0 } = this.maps[index] ?? {};
      return { ...readMap(map), keyType, valueType };
    });
  }

  #open(): Pointer {
    if (this.#object === null) throw new KernelError('EBADF', 'the object is closed');
    return this.#object;
  }
}

function wordOf(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}

function walk(next: (previous: Pointer | null) => Pointer | null): Pointer[] {
  const all: Pointer[] = [];
  for (let each = next(null); each !== null; each = next(each)) all.push(each);
  return all;
}

function readProgram(program: Pointer): ObjectProgram {
  const libbpf = getLibbpfObject();
  return {
    name: libbpf.bpf_program__name(program),
    section: libbpf.bpf_program__section_name(program),
    loads: libbpf.bpf_program__autoload(program),
  };
}

function readMap(map: Pointer): ObjectMap {
  const libbpf = getLibbpfObject();
  return {
    name: libbpf.bpf_map__name(map),
    type: libbpf.bpf_map__type(map),
    keySize: libbpf.bpf_map__key_size(map),
    valueSize: libbpf.bpf_map__value_size(map),
    maxEntries: libbpf.bpf_map__max_entries(map),
    flags: libbpf.bpf_map__map_flags(map),
    keyType: libbpf.bpf_map__btf_key_type_id(map),
    valueType: libbpf.bpf_map__btf_value_type_id(map),
    internal: libbpf.bpf_map__is_internal(map),
    pinned: libbpf.bpf_map__pin_path(map) !== null,
  };
}
