import type { FileDescriptor } from '../ffi/file-descriptor.ts';
import { pageSize } from '../ffi/libc.ts';
import { enablePerfEvent } from '../link/attach-perf-event.ts';
import type { BpfMap } from '../map/bpf-map.ts';
import { ringSize } from '../map/map-layout.ts';
import { onlineCpus } from '../node/cpus.ts';
import { openPerfEvent } from '../perf/open-perf-event.ts';
import { type MappedPerf, mapPerfEvent } from './perf-memory.ts';
import { pendingPerfBytes, readPerfRecords } from './perf-records.ts';
import type { OnRecord } from './read-records.ts';

const what = 'open the buffer of a CPU';

interface CpuBuffer {
  readonly event: FileDescriptor;
  readonly mapped: MappedPerf;
}

/**
 * The reading end of a perf event array: a buffer for each CPU, filled by bpf_perf_event_output. Records of one CPU come in
 * their order, those of several do not. A CPU that comes online later has none: programs are told so (ENOENT).
 */
export class PerfBuffer {
  #cpus: CpuBuffer[] = [];
  #lost = 0n;

  /** @param bytes of each CPU's buffer. Throws `KernelError`. */
  constructor(map: BpfMap, bytes: number) {
    const size = ringSize(bytes, pageSize());
    try {
      for (const cpu of onlineCpus()) this.#open(map, cpu, size);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Samples that found no room, as far as the kernel has told: it does with the next that does. */
  get lost(): bigint {
    return this.#lost;
  }

  /** See `readPerfRecords`. After close there are none. */
  read(limit: number, onRecord: OnRecord): number {
    const onLost = (count: bigint) => {
      this.#lost += count;
    };
    let taken = 0;
    for (const { mapped } of this.#cpus) taken += readPerfRecords(mapped.memory, limit - taken, onRecord, onLost);
    return taken;
  }

  /** Bytes that wait to be read. */
  pending(): number {
    return this.#cpus.reduce((sum, { mapped }) => sum + pendingPerfBytes(mapped.memory), 0);
  }

  close(): void {
    for (const { event, mapped } of this.#cpus) {
      mapped.unmap();
      event.close();
    }
    this.#cpus = [];
  }

  #open(map: BpfMap, cpu: number, size: number): void {
    const event = openPerfEvent({ kind: 'bpf-output' }, cpu, what);
    let mapped: MappedPerf | null = null;
    try {
      mapped = mapPerfEvent(event.number, size);
      enablePerfEvent(event.number, what);
      map.update(word(cpu), word(event.number));
    } catch (error) {
      mapped?.unmap();
      event.close();
      throw error;
    }
    this.#cpus.push({ event, mapped });
  }
}

function word(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}
