import { type MapSpec, MapType } from '@bpfleet/bpf';

/** Whether a lookup gives one value for every possible CPU, one after the other. */
export function isPerCpu(type: MapType): boolean {
  return type === MapType.PERCPU_HASH || type === MapType.PERCPU_ARRAY || type === MapType.LRU_PERCPU_HASH;
}

/** Bytes from one CPU's value to the next: the kernel rounds them up to 8. */
export function valueStride(spec: MapSpec): number {
  return isPerCpu(spec.type) ? Math.ceil(spec.valueSize / 8) * 8 : spec.valueSize;
}

/** Bytes that a lookup of one key writes. */
export function lookupSize(spec: MapSpec, possibleCpus: number): number {
  return isPerCpu(spec.type) ? valueStride(spec) * possibleCpus : spec.valueSize;
}

/** Size of a ring buffer in bytes as the kernel accepts it: a power of two, and at least one page. */
export function ringSize(wanted: number, pageSize: number): number {
  let size = pageSize;
  while (size < wanted) size *= 2;
  return size;
}

/**
 * About how many bytes of kernel memory a map takes, at most. Per hash element the kernel adds about 64 bytes
 * (`struct htab_elem` and its bucket); hashes are preallocated unless BPF_F_NO_PREALLOC is set, so this is the price of an empty map too.
 */
export function mapMemory(spec: MapSpec, possibleCpus: number, pageSize: number): number {
  const value = isPerCpu(spec.type) ? valueStride(spec) * possibleCpus : Math.ceil(spec.valueSize / 8) * 8;
  switch (spec.type) {
    case MapType.RINGBUF:
      return ringSize(spec.maxEntries, pageSize) + 3 * pageSize;
    case MapType.ARRAY:
    case MapType.PERCPU_ARRAY:
      return value * spec.maxEntries;
    case MapType.PERF_EVENT_ARRAY:
      return (
        (8 + (spec.bufferBytes === undefined ? 0 : ringSize(spec.bufferBytes, pageSize) + pageSize)) * spec.maxEntries
      );
    case MapType.STACK_TRACE:
    case MapType.HASH:
    case MapType.LRU_HASH:
    case MapType.PERCPU_HASH:
    case MapType.LRU_PERCPU_HASH:
      return (64 + Math.ceil(spec.keySize / 8) * 8 + value) * spec.maxEntries;
  }
}
