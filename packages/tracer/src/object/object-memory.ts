import { type MapSpec, MapType } from '@bpfleet/bpf';
import { mapMemory, type ObjectMap, pageSize, possibleCpus } from '@bpfleet/kernel';
import { TraceError } from '../trace-error.ts';

const TYPES: readonly number[] = Object.values(MapType);
/** `enum bpf_map_type` (linux/bpf.h): an array of programs takes a pointer an element. */
const PROG_ARRAY = 3;

/**
 * Kernel memory that the maps of an object may take, bytes. Throws TraceError for a type of map of which that is not
 * known before it is there.
 */
export function objectMemory(maps: readonly ObjectMap[]): number {
  return maps.reduce((sum, map) => {
    if (map.type === PROG_ARRAY) return sum + 8 * map.maxEntries;
    return sum + mapMemory(objectMapSpec(map), possibleCpus(), pageSize());
  }, 0);
}

/** Throws TraceError. */
export function objectMapSpec(map: ObjectMap): MapSpec {
  const { name, type, keySize, valueSize, maxEntries, flags } = map;
  if (!isMapType(type)) {
    throw new TraceError('unsupported', `map ${name} is of type ${type} (linux/bpf.h), which is not run yet`);
  }
  return { name, type, keySize, valueSize, maxEntries, flags };
}

function isMapType(type: number): type is MapType {
  return TYPES.includes(type);
}
