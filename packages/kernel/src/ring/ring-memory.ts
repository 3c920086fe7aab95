import { getLibc, MAP_FAILED, MAP_SHARED, type Pointer, PROT_READ, PROT_WRITE, pageSize } from '../ffi/libc.ts';
import { errno, koffi } from '../ffi/native.ts';
import { errnoError } from '../kernel-error.ts';
import type { RingMemory } from './read-records.ts';

/** The memory of a ring buffer map in this process. */
export interface MappedRing {
  readonly memory: RingMemory;
  /** Takes the memory away. Views of it are detached first: reading them later gives nothing instead of a crash. */
  unmap(): void;
}

/**
 * Maps a BPF_MAP_TYPE_RINGBUF (kernel 5.8). Page 0 is the consumer's position and the only one we may write;
 * page 1 the producer's; then the data, twice.
 *
 * @param size bytes of the ring as the kernel made it
 */
export function mapRing(fd: number, size: number): MappedRing {
  const page = pageSize();
  const consumerPage = mapShared(fd, page, PROT_READ | PROT_WRITE, 0);
  let kernelPages: Pointer;
  const kernelLength = page + 2 * size;
  try {
    kernelPages = mapShared(fd, kernelLength, PROT_READ, page);
  } catch (error) {
    getLibc().munmap(consumerPage, page);
    throw error;
  }
  const consumerMemory = koffi().view(consumerPage, page);
  const kernelMemory = koffi().view(kernelPages, kernelLength);
  return {
    memory: {
      consumer: new BigUint64Array(consumerMemory, 0, 1),
      producer: new BigUint64Array(kernelMemory, 0, 1),
      words: new Int32Array(kernelMemory, page, (2 * size) / 4),
      bytes: new DataView(kernelMemory, page, 2 * size),
      size,
      most: 0,
    },
    unmap() {
      consumerMemory.transfer();
      kernelMemory.transfer();
      getLibc().munmap(consumerPage, page);
      getLibc().munmap(kernelPages, kernelLength);
    },
  };
}

function mapShared(fd: number, length: number, protection: number, offset: number): Pointer {
  const address = getLibc().mmap(null, length, protection, MAP_SHARED, fd, offset);
  if (address === MAP_FAILED) throw errnoError('map a ring buffer into memory', errno());
  return address;
}
