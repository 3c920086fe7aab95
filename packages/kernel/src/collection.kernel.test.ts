import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type CollectionSpec, InstructionBuilder, MapType, type ProgramSpec, ProgramType } from '@bpfleet/bpf';
import { describe, expect, test } from 'vitest';
import {
  attach,
  Collection,
  isProgramLoaded,
  joinLinks,
  KernelError,
  probeFeatures,
  RingBuffer,
  testRun,
  VerifierError,
  waitForPrograms,
} from './index.ts';
import { attachByIoctl, enablePerfEvent } from './link/attach-perf-event.ts';
import { type MapEntry, readByBatch, readByKey } from './map/read-entries.ts';
import { openPerfEvent } from './perf/open-perf-event.ts';

const GETPPID = process.arch === 'x64' ? 110n : 173n;

const RING_FULL = { name: 'lost', type: MapType.PERCPU_ARRAY, keySize: 4, valueSize: 8, maxEntries: 1, flags: 0 };
const RING = { name: 'ring', type: MapType.RINGBUF, keySize: 0, valueSize: 0, maxEntries: 1 << 22, flags: 0 };
const COUNTS = { name: 'counts', type: MapType.PERCPU_HASH, keySize: 8, valueSize: 8, maxEntries: 64, flags: 0 };

/** A process that asks for its parent's number `calls` times once told to go: one system call each. */
async function startWorkload(calls: number) {
  const script = `process.stdin.once('data', () => { let sum = 0; for (let i = 0; i < ${calls}; i++) sum += process.ppid; process.exit(0); }); console.log('ready');`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const exited = once(child, 'exit');
  return {
    pid: BigInt(child.pid ?? 0),
    go: () => child.stdin.write('go\n'),
    exited,
  };
}

/** A raw tracepoint on sys_enter that goes on only for getppid of one of the threads, whose number it leaves in r7. */
function onGetppid(name: string, pids: readonly bigint[], body: (builder: InstructionBuilder) => void): ProgramSpec {
  const builder = new InstructionBuilder();
  const skip = builder.label();
  const found = builder.label();
  builder.load(8, 6, 1, 8);
  builder.jumpIfImmediate('JNE', 6, GETPPID, skip);
  builder.call('get_current_pid_tgid');
  builder.move(7, 0);
  builder.aluImmediate('LSH', 7, 32n);
  builder.aluImmediate('RSH', 7, 32n);
  for (const pid of pids) builder.jumpIfImmediate('JEQ', 7, pid, found);
  builder.jump(skip);
  builder.place(found);
  body(builder);
  builder.place(skip);
  builder.constant(0, 0n);
  builder.exit();
  return {
    name,
    type: ProgramType.RAW_TRACEPOINT,
    attach: { kind: 'raw_tracepoint', event: 'sys_enter' },
    instructions: builder.build(),
    license: 'GPL',
    sourceLines: [],
  };
}

/** Adds one to the value that r0 points to, or does nothing where it is null. */
function increment(builder: InstructionBuilder): void {
  const missing = builder.label();
  builder.jumpIfImmediate('JEQ', 0, 0n, missing);
  builder.constant(1, 1n);
  builder.atomicAdd(0, 0, 1);
  builder.place(missing);
}

function lookUp(builder: InstructionBuilder, map: string): void {
  builder.map(1, map);
  builder.move(2, 10);
  builder.aluImmediate('ADD', 2, -8n);
  builder.call('map_lookup_elem');
}

/** counts[tid] += 1, the element made first where it is missing. */
function countByThread(pids: readonly bigint[]): CollectionSpec {
  const program = onGetppid('count', pids, (builder) => {
    const present = builder.label();
    builder.store(8, 10, -8, 7);
    builder.storeImmediate(8, 10, -16, 0n);
    lookUp(builder, 'counts');
    builder.jumpIfImmediate('JNE', 0, 0n, present);
    builder.map(1, 'counts');
    builder.move(2, 10);
    builder.aluImmediate('ADD', 2, -8n);
    builder.move(3, 10);
    builder.aluImmediate('ADD', 3, -16n);
    builder.constant(4, 1n);
    builder.call('map_update_elem');
    lookUp(builder, 'counts');
    builder.place(present);
    increment(builder);
  });
  return { maps: [COUNTS], programs: [program] };
}

/** A record of 8 bytes for each call, or one more in `lost`. */
function recordEach(pids: readonly bigint[]): CollectionSpec {
  const program = onGetppid('record', pids, (builder) => {
    const full = builder.label();
    const done = builder.label();
    builder.map(1, 'ring');
    builder.constant(2, 8n);
    builder.constant(3, 0n);
    builder.call('ringbuf_reserve');
    builder.jumpIfImmediate('JEQ', 0, 0n, full);
    builder.store(8, 0, 0, 7);
    builder.move(1, 0);
    builder.constant(2, 0n);
    builder.call('ringbuf_submit');
    builder.jump(done);
    builder.place(full);
    builder.storeImmediate(8, 10, -8, 0n);
    lookUp(builder, 'lost');
    increment(builder);
    builder.place(done);
  });
  return { maps: [RING, RING_FULL], programs: [program] };
}

function sumOfCpus(value: Uint8Array): bigint {
  return new BigUint64Array(value.buffer, value.byteOffset, value.length / 8).reduce((sum, cell) => sum + cell, 0n);
}

function attachAll(collection: Collection) {
  const links = collection.programs.map((program) => {
    const point = program.spec.attach;
    switch (point.kind) {
      case 'begin':
      case 'end':
      case 'test':
      case 'bench':
        throw new Error('not attachable');
      default:
        return attach(program.fd, point);
    }
  });
  return joinLinks(links);
}

describe('a loaded collection', () => {
  test('counts two busy processes exactly, and nothing is left after close', async () => {
    const workloads = [await startWorkload(200_000), await startWorkload(150_000)];
    const collection = Collection.load(countByThread(workloads.map(({ pid }) => pid)));
    const links = attachAll(collection);
    const ids = collection.programs.map(({ id }) => id);
    expect(ids.every(isProgramLoaded)).toBe(true);
    for (const workload of workloads) workload.go();
    await Promise.all(workloads.map(({ exited }) => exited));
    links.close();
    waitForPrograms();
    const counts = collection
      .map('counts')
      .entries()
      .map(({ key, value }) => [Buffer.from(key).readBigUInt64LE(0), sumOfCpus(value)] as const);
    expect(new Map(counts)).toEqual(
      new Map([
        [workloads[0]?.pid, 200_000n],
        [workloads[1]?.pid, 150_000n],
      ]),
    );
    collection.close();
    // The kernel frees programs a moment after their last descriptor.
    await expect.poll(() => ids.some(isProgramLoaded)).toBe(false);
  });

  test('a million records: each is read or counted as lost', async () => {
    const calls = 1_000_000;
    const workload = await startWorkload(calls);
    const collection = Collection.load(recordEach([workload.pid]));
    const ring = new RingBuffer(collection.map('ring'));
    const links = attachAll(collection);
    let read = 0;
    let strange = 0;
    const drain = () =>
      ring.read(Number.POSITIVE_INFINITY, (bytes, offset, length) => {
        read++;
        if (length !== 8 || bytes.getBigUint64(offset, true) !== workload.pid) strange++;
      });
    let running = true;
    void workload.exited.then(() => {
      running = false;
    });
    workload.go();
    while (running) {
      drain();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    links.close();
    waitForPrograms();
    while (drain() > 0);
    expect(ring.pending()).toBe(0);
    const lost = sumOfCpus(collection.map('lost').lookup(Buffer.alloc(4)) ?? new Uint8Array());
    expect({ total: BigInt(read) + lost, strange }).toEqual({ total: BigInt(calls), strange: 0 });
    expect(read).toBeGreaterThan(0);
    ring.close();
    expect(ring.read(1, () => undefined)).toBe(0);
    collection.close();
  });

  test('a full ring loses what it cannot hold, and says how much', async () => {
    const workload = await startWorkload(10_000);
    const spec = recordEach([workload.pid]);
    const collection = Collection.load({ ...spec, maps: [{ ...RING, maxEntries: 4096 }, RING_FULL] });
    const ring = new RingBuffer(collection.map('ring'));
    const links = attachAll(collection);
    workload.go();
    await workload.exited;
    links.close();
    waitForPrograms();
    let read = 0;
    ring.read(Number.POSITIVE_INFINITY, () => read++);
    const lost = sumOfCpus(collection.map('lost').lookup(Buffer.alloc(4)) ?? new Uint8Array());
    expect(BigInt(read) + lost).toBe(10_000n);
    // A record takes 16 bytes with its header; the ring is never filled to the last byte.
    expect(read).toBe(ring.size / 16 - 1);
    ring.close();
    collection.close();
  });
});

describe('maps', () => {
  test('entries are read alike in batches and one by one', () => {
    const spec = { ...COUNTS, name: 'churn', maxEntries: 4096 };
    const collection = Collection.load({ maps: [spec], programs: [] });
    const map = collection.map('churn');
    const key = (number: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt(number));
      return bytes;
    };
    const value = Buffer.alloc(map.stride * map.cpus, 1);
    for (let number = 0; number < 3000; number++) map.update(key(number), value);
    expect(new Set(map.entries().map((entry) => Buffer.from(entry.key).readBigUInt64LE(0))).size).toBe(3000);
    expect(map.entries()).toHaveLength(3000);
    const sorted = (entries: readonly MapEntry[] | null) =>
      entries?.map((entry) => Buffer.concat([entry.key, entry.value]).toString('hex')).sort();
    const byKey = readByKey(map.fd, map.spec, map.cpus);
    expect(sorted(byKey)).toEqual(sorted(readByBatch(map.fd, map.spec, map.cpus)));
    expect(map.delete(key(5))).toBe(true);
    expect(map.delete(key(5))).toBe(false);
    expect(map.lookup(key(5))).toBeNull();
    expect(map.entries()).toHaveLength(2999);
    collection.close();
  });

  test('keys and values of the wrong size never reach the kernel', () => {
    const collection = Collection.load({ maps: [COUNTS], programs: [] });
    const map = collection.map('counts');
    expect(() => map.lookup(new Uint8Array(4))).toThrow(RangeError);
    expect(() => map.update(new Uint8Array(8), new Uint8Array(1))).toThrow(RangeError);
    collection.close();
  });
});

describe('what the kernel refuses', () => {
  function load(program: ProgramSpec) {
    return Collection.load({ maps: [COUNTS], programs: [program] });
  }

  test('a program that the verifier refuses is explained by its line', () => {
    const builder = new InstructionBuilder();
    builder.map(1, 'counts');
    builder.constant(1, 0n);
    builder.load(8, 0, 1, 8);
    builder.exit();
    const program = {
      name: 'bad',
      type: ProgramType.RAW_TRACEPOINT,
      attach: { kind: 'begin' },
      instructions: builder.build(),
      license: 'GPL',
      sourceLines: [
        { instruction: 0, line: 1, column: 1 },
        { instruction: 2, line: 4, column: 7 },
      ],
    } as const;
    let error: unknown;
    try {
      load(program);
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof VerifierError)) throw new Error('the verifier took it', { cause: error });
    expect(error.code).toBe('EACCES');
    expect(error.refusal).toMatchObject({ instruction: 2, source: { line: 4, column: 7 } });
    expect(error.refusal.reason).toMatch(/R1 invalid mem access/);
    expect(error.verifierLog).toContain('processed');
  });

  test('a log of any length is kept to its end', () => {
    const builder = new InstructionBuilder();
    for (let index = 0; index < 20_000; index++) builder.constant(1, BigInt(index));
    builder.load(8, 0, 1, 8);
    builder.exit();
    const program = {
      name: 'long',
      type: ProgramType.RAW_TRACEPOINT,
      attach: { kind: 'begin' },
      instructions: builder.build(),
      license: 'GPL',
      sourceLines: [],
    } as const;
    expect(() => load(program)).toThrow(/invalid mem access/);
  });

  test('a tracepoint that does not exist', () => {
    const attachTo = (kind: 'tracepoint' | 'raw_tracepoint') => () => {
      const point = kind === 'tracepoint' ? { kind, category: 'sched', event: 'nope' } : { kind, event: 'nope' };
      const program = onGetppid('p', [1n], () => undefined);
      const collection = load(program);
      try {
        attach(collection.programs[0]?.fd ?? -1, point);
      } finally {
        collection.close();
      }
    };
    expect(attachTo('tracepoint')).toThrow(expect.objectContaining({ code: 'NOEVENT' }));
    expect(attachTo('raw_tracepoint')).toThrow(expect.objectContaining({ code: 'NOEVENT' }));
  });

  test('a map that cannot be', () => {
    expect(() => Collection.load({ maps: [{ ...COUNTS, keySize: 0 }], programs: [] })).toThrow(KernelError);
  });
});

test('a program is run once by test run', () => {
  const builder = new InstructionBuilder();
  builder.storeImmediate(4, 10, -8, 0n);
  lookUp(builder, 'lost');
  increment(builder);
  builder.constant(0, 0n);
  builder.exit();
  const program = {
    name: 'begin',
    type: ProgramType.RAW_TRACEPOINT,
    attach: { kind: 'begin' },
    instructions: builder.build(),
    license: 'GPL',
    sourceLines: [],
  } as const;
  const collection = Collection.load({ maps: [RING_FULL], programs: [program] });
  testRun(collection.programs[0]?.fd ?? -1, 'BEGIN');
  testRun(collection.programs[0]?.fd ?? -1, 'BEGIN');
  expect(sumOfCpus(collection.map('lost').lookup(Buffer.alloc(4)) ?? new Uint8Array())).toBe(2n);
  collection.close();
});

test('kernels without links for perf events attach by ioctl', async () => {
  const builder = new InstructionBuilder();
  builder.storeImmediate(4, 10, -8, 0n);
  lookUp(builder, 'lost');
  increment(builder);
  builder.constant(0, 0n);
  builder.exit();
  const attachedTo = { kind: 'interval', periodNs: 1_000_000n } as const;
  const program = {
    name: 'tick',
    type: ProgramType.PERF_EVENT,
    attach: attachedTo,
    instructions: builder.build(),
    license: 'GPL',
    sourceLines: [],
  } as const;
  const collection = Collection.load({ maps: [RING_FULL], programs: [program] });
  const count = () => sumOfCpus(collection.map('lost').lookup(Buffer.alloc(4)) ?? new Uint8Array());
  const event = openPerfEvent({ kind: 'cpu-clock', periodNs: attachedTo.periodNs }, 0, 'open a clock');
  attachByIoctl(collection.programs[0]?.fd ?? -1, event.number, 'attach');
  expect(count()).toBe(0n);
  enablePerfEvent(event.number, 'attach');
  await expect.poll(count).toBeGreaterThan(0n);
  event.close();
  collection.close();
});

test('features are there or have a reason', () => {
  const { features, missing } = probeFeatures();
  expect(features).toEqual(expect.arrayContaining(['btf', 'ringbuf', 'raw_tracepoint', 'raw_tracepoint_test_run']));
  expect(features).toEqual(expect.arrayContaining(['program:kprobe', 'map:ringbuf', 'helper:ringbuf_reserve']));
  expect(features.filter((name) => name in missing)).toEqual([]);
  expect(Object.values(missing).every((reason) => reason.length > 10)).toBe(true);
});
