import { getLibc, MAP_FAILED, MAP_SHARED, PROT_READ, PROT_WRITE, pageSize } from '../ffi/libc.ts';
import { errno, koffi } from '../ffi/native.ts';
import { errnoError } from '../kernel-error.ts';
import type { PerfMemory } from './perf-records.ts';

/** The buffer of a perf event in this process. */
export interface MappedPerf {
  readonly memory: PerfMemory;
  /** Takes the memory away. Views of it are detached first: reading them later gives nothing instead of a crash. */
  unmap(): void;
}

/** Of `struct perf_event_mmap_page`, which is the first page: data_head 1024, data_tail 1032. The data follows that page. */
const HEAD = 1024;
const TAIL = 1032;

/** Maps the buffer of a perf event. `size`: bytes, a power of two of pages. Throws KernelError: it is locked memory. */
export function mapPerfEvent(fd: number, size: number): MappedPerf {
  const page = pageSize();
  const length = page + size;
  const address = getLibc().mmap(null, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (address === MAP_FAILED) throw errnoError('map the buffer of a perf event', errno());
  const memory = koffi().view(address, length);
  return {
    memory: {
      head: new BigUint64Array(memory, HEAD, 1),
      tail: new BigUint64Array(memory, TAIL, 1),
      bytes: new DataView(memory, page, size),
      size,
    },
    unmap() {
      memory.transfer();
      getLibc().munmap(address, length);
    },
  };
}
