import { type MapSpec, MapType } from '@bpfleet/bpf';
import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError, errnoName } from '../kernel-error.ts';
import { lookupSize } from './map-layout.ts';

/** One element. The value of a per-CPU map holds one value for each possible CPU. */
export interface MapEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const CHUNK_BYTES = 1 << 20;

/**
 * Every element of a hash. The programs may change the map meanwhile: an element that is there all the time comes
 * exactly once; one that is added or deleted meanwhile comes at most once.
 */
export function readEntries(fd: number, spec: MapSpec, possibleCpus: number): MapEntry[] {
  return readByBatch(fd, spec, possibleCpus) ?? readByKey(fd, spec, possibleCpus);
}

/** Types whose batch lookup walks whole buckets under their lock. */
function hasBuckets(type: MapType): boolean {
  return (
    type === MapType.HASH ||
    type === MapType.PERCPU_HASH ||
    type === MapType.LRU_HASH ||
    type === MapType.LRU_PERCPU_HASH
  );
}

/** Null where the kernel has no batch lookup for this map (before 5.6). */
export function readByBatch(fd: number, spec: MapSpec, possibleCpus: number): MapEntry[] | null {
  if (!hasBuckets(spec.type)) return null;
  const libbpf = getLibbpf();
  const valueSize = lookupSize(spec, possibleCpus);
  const entries: MapEntry[] = [];
  const count = Buffer.alloc(4);
  // Where the kernel is: for a hash the number of the next bucket, 4 bytes.
  const position = Buffer.alloc(Math.max(8, spec.keySize));
  let room = Math.min(spec.maxEntries, Math.max(64, Math.floor(CHUNK_BYTES / (valueSize + spec.keySize))));
  let started = false;
  for (;;) {
    const keys = Buffer.alloc(room * spec.keySize);
    const values = Buffer.alloc(room * valueSize);
    count.writeUInt32LE(room, 0);
    const result = libbpf.bpf_map_lookup_batch(fd, started ? position : null, position, keys, values, count, null);
    const error = result < 0 ? errnoName(result) : null;
    // One bucket alone holds more than there was room for.
    if (error === 'ENOSPC' && room < spec.maxEntries) {
      room = Math.min(spec.maxEntries, room * 2);
      continue;
    }
    if (error !== null && error !== 'ENOENT') {
      if (!started && (error === 'EINVAL' || error === 'ENOTSUPP' || error === 'EOPNOTSUPP')) return null;
      throw errnoError(`read map "${spec.name}"`, result);
    }
    const read = count.readUInt32LE(0);
    for (let index = 0; index < read; index++) {
      entries.push({
        key: keys.subarray(index * spec.keySize, (index + 1) * spec.keySize),
        value: values.subarray(index * valueSize, (index + 1) * valueSize),
      });
    }
    if (error === 'ENOENT') return entries;
    started = true;
  }
}

/**
 * For kernels without batch lookup. When the element we stand on is deleted, the kernel starts again from the first
 * one: elements seen before are skipped, and the walk is bounded so that a churning map cannot hold us for ever.
 */
export function readByKey(fd: number, spec: MapSpec, possibleCpus: number): MapEntry[] {
  const libbpf = getLibbpf();
  const entries = new Map<string, MapEntry>();
  let current: Buffer | null = null;
  for (let steps = 4 * spec.maxEntries + 64; steps > 0; steps--) {
    const next = Buffer.alloc(spec.keySize);
    const result = libbpf.bpf_map_get_next_key(fd, current, next);
    if (result < 0) {
      if (errnoName(result) === 'ENOENT') break;
      throw errnoError(`read map "${spec.name}"`, result);
    }
    current = next;
    const id = next.toString('latin1');
    if (entries.has(id)) continue;
    const value = Buffer.alloc(lookupSize(spec, possibleCpus));
    // Deleted between the two calls: not there any more.
    if (libbpf.bpf_map_lookup_elem(fd, next, value) === 0) entries.set(id, { key: next, value });
  }
  return [...entries.values()];
}
