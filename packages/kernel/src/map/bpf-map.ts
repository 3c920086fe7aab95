import type { MapSpec } from '@bpfleet/bpf';
import type { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError, errnoName } from '../kernel-error.ts';
import { possibleCpus } from '../node/cpus.ts';
import { createMap } from './create-map.ts';
import { isPerCpu, lookupSize, valueStride } from './map-layout.ts';
import { type MapEntry, readEntries } from './read-entries.ts';

/** A map in this kernel. Values of per-CPU maps are the CPUs' values one after the other, `stride` bytes apart. */
export class BpfMap {
  readonly spec: MapSpec;
  readonly perCpu: boolean;
  /** Values per key: possible CPUs, or 1. */
  readonly cpus: number;
  /** Bytes from one CPU's value to the next. */
  readonly stride: number;
  readonly #fd: FileDescriptor;

  /** @param fd of a map that is there already; without, the map is created. Throws `KernelError`. */
  constructor(spec: MapSpec, fd: FileDescriptor = createMap(spec)) {
    this.spec = spec;
    this.perCpu = isPerCpu(spec.type);
    this.cpus = this.perCpu ? possibleCpus() : 1;
    this.stride = valueStride(spec);
    this.#fd = fd;
  }

  get fd(): number {
    return this.#fd.number;
  }

  /** Null where there is no such key. */
  lookup(key: Uint8Array): Uint8Array | null {
    this.#checkKey(key);
    const value = Buffer.alloc(lookupSize(this.spec, this.cpus));
    const result = getLibbpf().bpf_map_lookup_elem(this.fd, key, value);
    if (result === 0) return value;
    if (errnoName(result) === 'ENOENT') return null;
    throw errnoError(`look up in map "${this.spec.name}"`, result);
  }

  /** Sets or adds (BPF_ANY). Of a per-CPU map the values of all CPUs. */
  update(key: Uint8Array, value: Uint8Array): void {
    this.#checkKey(key);
    const size = lookupSize(this.spec, this.cpus);
    if (value.length !== size) throw new RangeError(`value of "${this.spec.name}" must have ${size} bytes`);
    const result = getLibbpf().bpf_map_update_elem(this.fd, key, value, 0);
    if (result < 0) throw errnoError(`update map "${this.spec.name}"`, result);
  }

  /** False where there was no such key. */
  delete(key: Uint8Array): boolean {
    this.#checkKey(key);
    const result = getLibbpf().bpf_map_delete_elem(this.fd, key);
    if (result === 0) return true;
    if (errnoName(result) === 'ENOENT') return false;
    throw errnoError(`delete from map "${this.spec.name}"`, result);
  }

  /** Hashes only: every element, see `readEntries`. */
  entries(): MapEntry[] {
    return readEntries(this.fd, this.spec, this.cpus);
  }

  close(): void {
    this.#fd.close();
  }

  // A short buffer would let the kernel read memory behind it.
  #checkKey(key: Uint8Array): void {
    if (key.length !== this.spec.keySize)
      throw new RangeError(`key of "${this.spec.name}" must have ${this.spec.keySize} bytes`);
  }
}
