import { type MapSpec, MapType } from '@bpfleet/bpf';
import { mapMemory, type ObjectMap, pageSize, possibleCpus } from '@bpfleet/kernel';
import { TraceError } from '../trace-error.ts';
import { PERF_BUFFER_BYTES } from './record-buffers.ts';

const TYPES: readonly number[] = Object.values(MapType);

/** What our own readers do not know of `enum bpf_map_type` (linux/bpf.h), by what its elements take. */
const POINTERS: readonly number[] = [
  ...Object.values({ PROG_ARRAY: 3, CGROUP_ARRAY: 8, ARRAY_OF_MAPS: 12, DEVMAP: 14, SOCKMAP: 15, CPUMAP: 16 }),
  ...Object.values({ XSKMAP: 17, REUSEPORT_SOCKARRAY: 20 }),
];
const TREES: readonly number[] = Object.values({ LPM_TRIE: 11, HASH_OF_MAPS: 13, SOCKHASH: 18, DEVMAP_HASH: 25 });
const VALUES: readonly number[] = Object.values({ QUEUE: 22, STACK: 23, STRUCT_OPS: 26, BLOOM_FILTER: 30 });
/** Elements are made with the socket, process, file or cgroup that they belong to: nothing bounds them but those. */
const STORAGES: readonly number[] = [
  ...Object.values({ CGROUP_STORAGE: 19, PERCPU_CGROUP_STORAGE: 21, SK_STORAGE: 24, INODE_STORAGE: 28 }),
  ...Object.values({ TASK_STORAGE: 29, CGRP_STORAGE: 32 }),
];
const USER_RINGBUF = 31;
const ARENA = 33;

/**
 * Kernel memory that the maps of an object may take, bytes. Throws TraceError for a type of map of which that is not
 * known.
 */
export function objectMemory(maps: readonly ObjectMap[]): number {
  return maps.reduce((sum, map) => sum + memoryOf(map), 0);
}

function memoryOf(map: ObjectMap): number {
  const { type, maxEntries, name } = map;
  if (type === MapType.PERF_EVENT_ARRAY) return PERF_BUFFER_BYTES * possibleCpus();
  const [key, value] = [roundedUp(map.keySize), roundedUp(map.valueSize)];
  if (isMapType(type)) return mapMemory(objectMapSpec(map), possibleCpus(), pageSize());
  if (POINTERS.includes(type)) return 8 * maxEntries;
  if (TREES.includes(type)) return (64 + key + value) * maxEntries;
  if (VALUES.includes(type)) return value * Math.max(1, maxEntries);
  if (STORAGES.includes(type)) return 0;
  if (type === USER_RINGBUF) return maxEntries;
  if (type === ARENA) return maxEntries * pageSize();
  throw new TraceError('unsupported', `map ${name} is of type ${type} (linux/bpf.h), which is not known`);
}

function roundedUp(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

/** Of a map that is read. Throws TraceError. */
export function objectMapSpec(map: ObjectMap): MapSpec {
  const { name, type, keySize, valueSize, maxEntries, flags } = map;
  if (!isMapType(type)) throw new TraceError('unsupported', `map ${name} is of type ${type}, which is not read`);
  return { name, type, keySize, valueSize, maxEntries, flags };
}

function isMapType(type: number): type is MapType {
  return TYPES.includes(type);
}
