import { type BpfMap, RingBuffer } from '@bpfleet/kernel';
import type { TraceEvent } from '../api.ts';
import { readObjectRecord } from './read-object-record.ts';
import type { RecordOutput } from './record-output.ts';

/** What the kernel puts before each record of a ring. */
const HEADER_BYTES = 8;

interface OpenBuffer {
  readonly output: RecordOutput;
  readonly ring: RingBuffer;
  /** Bytes of the longest record so far. */
  longest: number;
  wasFull: boolean;
}

/**
 * The ring buffers of an object, read in turn. Records have no time of their own: theirs is when they are read. What does
 * not fit into a ring only the program could count: here is only seen that there was no room.
 */
export class RecordBuffers {
  readonly #buffers: OpenBuffer[] = [];

  /** `mapOf`: the loaded map of an output. Throws KernelError, and then nothing is left open. */
  constructor(outputs: readonly RecordOutput[], mapOf: (output: RecordOutput) => BpfMap) {
    try {
      for (const output of outputs) {
        this.#buffers.push({ output, ring: new RingBuffer(mapOf(output)), longest: 0, wasFull: false });
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get hasNews(): boolean {
    return this.#buffers.some(({ ring }) => ring.pending() > 0);
  }

  /** Names of those that were seen full: records were lost there. */
  get full(): readonly string[] {
    return this.#buffers.filter(({ wasFull }) => wasFull).map(({ output }) => output.name);
  }

  /** At most `limit` records. */
  drain(limit: number): TraceEvent[] {
    const events: TraceEvent[] = [];
    if (this.#buffers.length === 0) return events;
    const at = BigInt(Date.now()) * 1_000_000n;
    for (const buffer of this.#buffers) {
      const { output, ring } = buffer;
      const free = ring.free();
      let view: DataView | null = null;
      let memory: Buffer = Buffer.alloc(0);
      ring.read(limit - events.length, (bytes, offset, length) => {
        if (bytes !== view) {
          view = bytes;
          memory = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        }
        buffer.longest = Math.max(buffer.longest, length);
        const { text, value } = readObjectRecord(output, memory, offset, length);
        events.push({ at, type: 'value', text, values: [value] });
      });
      buffer.wasFull ||= free <= roundedUp(buffer.longest + HEADER_BYTES);
    }
    return events;
  }

  close(): void {
    for (const { ring } of this.#buffers.splice(0)) ring.close();
  }
}

/** Records begin at multiples of 8; the kernel leaves one byte of a ring free at least. */
function roundedUp(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
