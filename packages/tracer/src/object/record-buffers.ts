import { type BpfMap, PerfBuffer, RingBuffer } from '@bpfleet/kernel';
import type { TraceEvent } from '../api.ts';
import { readObjectRecord } from './read-object-record.ts';
import { canBe, type RecordOutput } from './record-output.ts';

/** What the kernel puts before each record of a ring. */
const HEADER_BYTES = 8;
/** Of each CPU's perf buffer: BCC's tools have 64 to 256 KiB. */
export const PERF_BUFFER_BYTES = 256 * 1024;

interface OpenBuffer {
  readonly output: RecordOutput;
  readonly reader: RingBuffer | PerfBuffer;
  /** Bytes of the longest record so far. */
  longest: number;
  wasFull: boolean;
  /** The length of a record was none that its structure has. */
  isOther: boolean;
}

/**
 * The ring and perf buffers of an object, read in turn. Records have no time of their own: theirs is when they are read.
 * Of a perf buffer the kernel counts what did not fit. Of a ring only the program could: here is only seen that there was
 * no room.
 */
export class RecordBuffers {
  readonly #buffers: OpenBuffer[] = [];
  #lost = 0n;

  /** `mapOf`: the loaded map of an output. Throws KernelError, and then nothing is left open. */
  constructor(outputs: readonly RecordOutput[], mapOf: (output: RecordOutput) => BpfMap) {
    try {
      for (const output of outputs) {
        const reader = readerOf(output, mapOf(output));
        this.#buffers.push({ output, reader, longest: 0, wasFull: false, isOther: false });
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get hasNews(): boolean {
    return this.#buffers.some(({ reader }) => reader.pending() > 0);
  }

  /** Records that found no room, as far as the kernel has told. */
  get lost(): bigint {
    return this.#buffers.reduce(
      (sum, { reader }) => sum + (reader instanceof PerfBuffer ? reader.lost : 0n),
      this.#lost,
    );
  }

  /** Names of those that were seen full: records were lost there. */
  get full(): readonly string[] {
    return this.#buffers.filter(({ wasFull }) => wasFull).map(({ output }) => output.name);
  }

  /** Those with records that are longer than their structure, or whose structure was guessed and is longer than they are. */
  get others(): readonly RecordOutput[] {
    return this.#buffers.filter(({ isOther }) => isOther).map(({ output }) => output);
  }

  /** At most `limit` records. */
  drain(limit: number): TraceEvent[] {
    const events: TraceEvent[] = [];
    if (this.#buffers.length === 0) return events;
    const at = BigInt(Date.now()) * 1_000_000n;
    for (const buffer of this.#buffers) {
      const { output, reader } = buffer;
      let view: DataView | null = null;
      let memory: Buffer = Buffer.alloc(0);
      reader.read(limit - events.length, (bytes, offset, length) => {
        if (bytes !== view) {
          view = bytes;
          memory = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        }
        buffer.longest = Math.max(buffer.longest, length);
        buffer.isOther ||= !canBe(output, length);
        const isGuess = output.guessed !== undefined || output.stored !== undefined;
        const layout = buffer.isOther && isGuess ? { name: output.name, fields: null } : output;
        const { text, value } = readObjectRecord(layout, memory, offset, length);
        events.push({ at, type: 'value', text, values: [value] });
      });
      // Only once it was read: it may have filled up meanwhile.
      const free = reader instanceof RingBuffer ? reader.leastFree() : Number.POSITIVE_INFINITY;
      buffer.wasFull ||= free <= roundedUp(buffer.longest + HEADER_BYTES);
    }
    return events;
  }

  close(): void {
    this.#lost = this.lost;
    for (const { reader } of this.#buffers.splice(0)) reader.close();
  }
}

function readerOf({ buffer }: RecordOutput, map: BpfMap): RingBuffer | PerfBuffer {
  return buffer === 'ring' ? new RingBuffer(map) : new PerfBuffer(map, PERF_BUFFER_BYTES);
}

/** Records begin at multiples of 8; the kernel leaves one byte of a ring free at least. */
function roundedUp(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
