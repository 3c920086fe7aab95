import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PerfMemory, pendingPerfBytes, readPerfRecords } from './perf-records.ts';

const SIZE = 256;

/** The kernel's side of a buffer. */
class FakePerf {
  readonly #bytes = new DataView(new ArrayBuffer(SIZE));
  readonly memory: PerfMemory;
  #missed = 0n;

  constructor(start: bigint) {
    const positions = () => new BigUint64Array([start]);
    this.memory = { head: positions(), tail: positions(), bytes: this.#bytes, size: SIZE };
  }

  /** Writes a sample; before it, how many found no room. */
  sample(payload: Uint8Array): void {
    const raw = ((payload.length + 4 + 7) & ~7) - 4;
    if (pendingPerfBytes(this.memory) + 12 + raw + 24 > SIZE) {
      this.#missed++;
      return;
    }
    if (this.#missed > 0n) {
      const lost = new DataView(new ArrayBuffer(24));
      header(lost, 2);
      lost.setBigUint64(16, this.#missed, true);
      this.#missed = 0n;
      this.#write(lost);
    }
    const record = new DataView(new ArrayBuffer(12 + raw));
    header(record, 9);
    record.setUint32(8, raw, true);
    for (const [index, byte] of payload.entries()) record.setUint8(12 + index, byte);
    this.#write(record);
  }

  /** A record of some other type, as the kernel may add. */
  other(): void {
    const record = new DataView(new ArrayBuffer(16));
    header(record, 5);
    if (pendingPerfBytes(this.memory) + 16 <= SIZE) this.#write(record);
  }

  #write(record: DataView): void {
    const head = this.memory.head[0] ?? 0n;
    for (let index = 0; index < record.byteLength; index++) {
      this.#bytes.setUint8(Number((head + BigInt(index)) % BigInt(SIZE)), record.getUint8(index));
    }
    this.memory.head[0] = BigInt.asUintN(64, head + BigInt(record.byteLength));
  }
}

function header(record: DataView, type: number): void {
  record.setUint32(0, type, true);
  record.setUint16(6, record.byteLength, true);
}

function take({ memory }: FakePerf, limit = Number.POSITIVE_INFINITY) {
  const samples: number[][] = [];
  let lost = 0n;
  readPerfRecords(
    memory,
    limit,
    (bytes, offset, length) => samples.push([...new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length)]),
    (count) => {
      lost += count;
    },
  );
  return { samples, lost };
}

describe('readPerfRecords', () => {
  test.each([0n, 2n ** 32n - 64n, 2n ** 64n - 64n])('takes samples in order from %s on, padded', (start) => {
    const perf = new FakePerf(start);
    for (let value = 0; value < 30; value++) {
      perf.sample(new Uint8Array([value, 1, 2, 3, 4]));
      perf.other();
      expect(take(perf).samples).toEqual([[value, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0]]);
      expect(pendingPerfBytes(perf.memory)).toBe(0);
    }
  });

  test('takes no more than it is asked for', () => {
    const perf = new FakePerf(0n);
    for (const value of [1, 2, 3]) perf.sample(new Uint8Array([value, 0, 0, 0]));
    expect(take(perf, 2).samples.map(([first]) => first)).toEqual([1, 2]);
    expect(take(perf, 2).samples.map(([first]) => first)).toEqual([3]);
  });

  test('a sample whose reader fails is taken', () => {
    const perf = new FakePerf(0n);
    for (const value of [1, 2]) perf.sample(new Uint8Array([value, 0, 0, 0]));
    const fail = () => {
      throw new Error('reader');
    };
    expect(() => readPerfRecords(perf.memory, 9, fail, fail)).toThrow('reader');
    expect(take(perf).samples.map(([first]) => first)).toEqual([2]);
  });

  test('a record that cannot be one ends the reading', () => {
    const perf = new FakePerf(0n);
    perf.memory.head[0] = 64n;
    expect(take(perf)).toEqual({ samples: [], lost: 0n });
  });

  test('what is taken and what is told as lost is what was written', () => {
    const step = fc.oneof(
      fc.record({ payload: fc.uint8Array({ minLength: 1, maxLength: 90 }) }),
      fc.record({ limit: fc.nat(4) }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 60n }), fc.array(step, { maxLength: 100 }), (start, steps) => {
        const perf = new FakePerf(start * 8n);
        let written = 0;
        let seen = 0n;
        for (const one of steps) {
          if ('payload' in one) {
            perf.sample(one.payload);
            written++;
          } else {
            const { samples, lost } = take(perf, one.limit);
            seen += BigInt(samples.length) + lost;
          }
        }
        const rest = take(perf);
        seen += BigInt(rest.samples.length) + rest.lost;
        // The next sample tells of those that are not told yet.
        perf.sample(new Uint8Array(1));
        const last = take(perf);
        expect(seen + last.lost).toBe(BigInt(written));
        expect(last.samples).toHaveLength(1);
      }),
    );
  });
});
