import { Helper, type HelperName, helperKernel, type MapSpec, MapType, ProgramType } from '@bpfleet/bpf';
import { getLibbpf } from '../ffi/libbpf.ts';
import { BpfMap } from '../map/bpf-map.ts';
import { readByBatch } from '../map/read-entries.ts';
import type { Feature } from './feature.ts';
import {
  atomicFetch,
  boundedLoop,
  callWithoutArguments,
  loadSample,
  percpuLookup,
  signedDivision,
} from './programs.ts';

function withMap<T>(spec: Omit<MapSpec, 'name' | 'flags'>, use: (map: BpfMap) => T): T {
  const map = new BpfMap({ ...spec, name: 'bpfleet_probe', flags: 0 });
  try {
    return use(map);
  } finally {
    map.close();
  }
}

function probeRing(): null {
  return withMap({ type: MapType.RINGBUF, keySize: 0, valueSize: 0, maxEntries: 4096 }, () => null);
}

function probeLongKey(): null {
  return withMap({ type: MapType.HASH, keySize: 1024, valueSize: 8, maxEntries: 1 }, () => null);
}

function probeBatch(): string | null {
  return withMap({ type: MapType.PERCPU_HASH, keySize: 8, valueSize: 8, maxEntries: 4 }, (map) =>
    readByBatch(map.fd, map.spec, map.cpus) === null ? 'reading maps in batches needs kernel 5.6 or newer' : null,
  );
}

function probePercpuLookup(): null {
  return withMap({ type: MapType.PERCPU_ARRAY, keySize: 4, valueSize: 8, maxEntries: 1 }, (map) => {
    loadSample(ProgramType.RAW_TRACEPOINT, percpuLookup(), { mapFd: () => map.fd }).close();
    return null;
  });
}

export const mapFeatures: readonly Feature[] = [
  { name: 'ringbuf', probe: probeRing },
  { name: 'long_key', probe: probeLongKey },
  { name: 'batch', probe: probeBatch },
  { name: 'percpu_lookup', probe: probePercpuLookup },
  { name: 'for_each_map_elem', probe: () => probeHelper('for_each_map_elem') },
  { name: 'probe_read_user', probe: () => probeHelper('probe_read_user') },
  { name: 'jiffies', probe: () => probeHelper('jiffies64') },
  { name: 'signal_thread', probe: () => probeHelper('send_signal_thread') },
  { name: 'ns_pid', probe: () => probeHelper('get_ns_current_pid_tgid') },
  { name: 'boot_time', probe: () => probeHelper('ktime_get_boot_ns') },
  { name: 'loop', probe: () => probeHelper('loop') },
];

/** Whether programs may call a helper. */
function probeHelper(name: HelperName): string | null {
  const found = getLibbpf().libbpf_probe_bpf_helper(ProgramType.RAW_TRACEPOINT, Helper[name], null);
  return found === 1 ? null : `the helper bpf_${name} needs kernel ${helperKernel(Helper[name])} or newer`;
}

function loads(instructions: () => Parameters<typeof loadSample>[1]): () => null {
  return () => {
    loadSample(ProgramType.RAW_TRACEPOINT, instructions()).close();
    return null;
  };
}

export const instructionFeatures: readonly Feature[] = [
  { name: 'bounded_loop', probe: loads(boundedLoop) },
  { name: 'atomic_fetch', probe: loads(atomicFetch) },
  { name: 'signed_division', probe: loads(signedDivision) },
  { name: 'tai', probe: loads(() => callWithoutArguments('ktime_get_tai_ns')) },
];
