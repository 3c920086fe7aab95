/** Map types by the name the kernel gives them, with their number in `enum bpf_map_type` (linux/bpf.h). */
export const MapType = {
  HASH: 1,
  ARRAY: 2,
  PERF_EVENT_ARRAY: 4,
  PERCPU_HASH: 5,
  PERCPU_ARRAY: 6,
  STACK_TRACE: 7,
  LRU_HASH: 9,
  LRU_PERCPU_HASH: 10,
  RINGBUF: 27,
} as const;
export type MapType = (typeof MapType)[keyof typeof MapType];

/** A map before any kernel has made it. Sizes in bytes; of a ring buffer, `maxEntries` is the size in bytes. */
export interface MapSpec {
  /** Unique within the collection; instructions refer to the map by it. */
  readonly name: string;
  readonly type: MapType;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** Of a perf event array: bytes of each CPU's buffer. */
  readonly bufferBytes?: number;
  /** Of an array with one element: its value, set before any program is loaded. */
  readonly contents?: Uint8Array;
}
