import { type MapSpec, MapType } from '@bpfleet/bpf';
import type { CompileConfig, CompileEnv } from '../env.ts';
import { internalMaps, type Resources } from '../ir/resources.ts';
import { CounterSlot, type OutputLayout } from '../output-layout.ts';
import type { MapLayout } from '../types/map-layout.ts';
import { stackMapSpecs } from '../types/stack-map.ts';

/** Of more processes than this the oldest are told of again. */
const KNOWN_PROCESSES = 4096;
/** So that a CPU that prints more than others does not lose soon. */
const MIN_BUFFER_BYTES = 64 * 1024;
/** A packet that was put together of many may have 64 KiB. */
const PACKET_BYTES = 512 * 1024;

/** The kernel maps of a script: its own, then those its programs turned out to need. */
export function collectMapSpecs(
  layouts: Iterable<MapLayout>,
  resources: Resources,
  env: CompileEnv,
  config: CompileConfig,
): MapSpec[] {
  const specs: MapSpec[] = [];
  for (const { map, type, keySize, valueSize, maxEntries } of layouts) {
    specs.push({ name: map, type, keySize, valueSize, maxEntries, flags: 0 });
  }
  const array = (name: string, type: MapType, valueSize: number, maxEntries: number) =>
    specs.push({ name, type, keySize: 4, valueSize, maxEntries, flags: 0 });
  const ring = (name: string, bytes: number) => specs.push(ringSpec(name, bytes, env));
  if (resources.eventRing) ring(internalMaps.events, config.eventRingBytes);
  if (resources.controlRing) ring(internalMaps.control, config.controlRingBytes);
  if (resources.packetBuffer) specs.push(perfSpec(internalMaps.packets, PACKET_BYTES * env.cpus, env));
  if (resources.counters) array(internalMaps.counters, MapType.PERCPU_ARRAY, 8, Object.keys(CounterSlot).length);
  if (resources.scratchBytes > 0) {
    array(internalMaps.scratch, MapType.PERCPU_ARRAY, resources.scratchBytes, resources.scratchElements);
  }
  if (resources.zeroBytes > 0) array(internalMaps.zeros, MapType.ARRAY, resources.zeroBytes, 1);
  if (resources.names.length > 0) {
    const spec = { name: internalMaps.names, type: MapType.ARRAY, keySize: 4, maxEntries: 1, flags: 0 };
    specs.push({ ...spec, valueSize: resources.names.length, contents: resources.names });
  }
  for (const stack of resources.stacks.values()) specs.push(...stackMapSpecs(stack));
  if (resources.processes) {
    const { processes: name } = internalMaps;
    specs.push({ name, type: MapType.LRU_HASH, keySize: 8, valueSize: 8, maxEntries: KNOWN_PROCESSES, flags: 0 });
  }
  if (resources.start) array(internalMaps.start, MapType.ARRAY, 8, 1);
  return specs;
}

/** What user space must know to read the maps and rings. `cleared`: maps that END clears. */
export function outputLayout(
  layouts: Iterable<MapLayout>,
  resources: Resources,
  { missingProbes }: CompileConfig,
  cleared: ReadonlySet<string>,
): OutputLayout {
  return {
    maps: [...layouts].map(({ schema, map, perCpu, keyless, key, value }) => ({
      schema,
      map,
      perCpu,
      keyless,
      key,
      value,
      ...(cleared.has(schema.name) ? { cleared: true as const } : {}),
    })),
    records: resources.records,
    ...(missingProbes === 'error' ? {} : { missingProbes }),
    ...(resources.eventRing ? { eventRing: internalMaps.events } : {}),
    ...(resources.controlRing ? { controlRing: internalMaps.control } : {}),
    ...(resources.packetBuffer ? { packetBuffer: internalMaps.packets } : {}),
    ...(resources.counters ? { counters: internalMaps.counters } : {}),
  };
}

/** Before 5.8 a buffer for each CPU, which have together what one ring would have. */
function ringSpec(name: string, bytes: number, { features, pageSize, cpus }: CompileEnv): MapSpec {
  if (features.has('ringbuf')) {
    const maxEntries = ringBytes(bytes, pageSize);
    return { name, type: MapType.RINGBUF, keySize: 0, valueSize: 0, maxEntries, flags: 0 };
  }
  return perfSpec(name, bytes, { pageSize, cpus });
}

function perfSpec(name: string, bytes: number, { pageSize, cpus }: Pick<CompileEnv, 'pageSize' | 'cpus'>): MapSpec {
  const bufferBytes = ringBytes(Math.max(MIN_BUFFER_BYTES, bytes / cpus), pageSize);
  return { name, type: MapType.PERF_EVENT_ARRAY, keySize: 4, valueSize: 4, maxEntries: cpus, flags: 0, bufferBytes };
}

/** A ring is a power of two of whole pages. */
function ringBytes(wanted: number, pageSize: number): number {
  let bytes = pageSize;
  while (bytes < wanted) bytes *= 2;
  return bytes;
}
