import type { LossCounts, MapState } from '@bpfleet/aggregate';
import { ProgramType } from '@bpfleet/bpf';
import type { Diagnostic, MapOutput, OutputLayout } from '@bpfleet/compiler';
import {
  type AttachPoint,
  attach,
  type BpfMap,
  Collection,
  joinLinks,
  KernelError,
  type Link,
  PerfBuffer,
  type Program,
  RingBuffer,
  runByProbe,
  testRun,
  userSymbols,
  WallClock,
  waitForPrograms,
} from '@bpfleet/kernel';
import type { Trace, TraceEvent } from './api.ts';
import { attachOrder } from './attach-order.ts';
import { atOnce, type Steps, whileOpen } from './in-turns.ts';
import { type BenchRun, runBenches, runTests, type TestRun, type TestWatch } from './own-runs.ts';
import { PacketFiles } from './packet-files.ts';
import { hasProbes, type PreparedTrace } from './prepare-trace.ts';
import { lossesOf, readCounters } from './read-losses.ts';
import { readingMap } from './read-map.ts';
import { RecordReader } from './read-record.ts';
import { nodeSymbols, valueReaders } from './read-stack.ts';
import { RecordActions } from './record-actions.ts';
import { RunCounting } from './run-counting.ts';
import { fromKernel } from './trace-error.ts';
import type { ValueReaders } from './value-readers.ts';

type RecordRing = RingBuffer | PerfBuffer;

const UNBOUNDED = Number.POSITIVE_INFINITY;
/** Events that are put into the order of their times, where several rings have them. */
const ORDERED_TOGETHER = 16_384;

/** A record as it lies in a ring. */
type OnRawRecord = (memory: Buffer, offset: number, length: number) => void;

/** A Trace over a Collection. All calls are synchronous, so that none can run into another; between steps of a reading any may come. */
export class LoadedTrace implements Trace {
  readonly schemas;
  /** Grows where a probe cannot be attached and may be missing. */
  readonly warnings: Diagnostic[];
  probes: number;
  readonly mapBytes: number;
  readonly variant?: string;
  readonly printsMaps: boolean;
  readonly runsTests: boolean;
  readonly programIds: readonly number[];
  /** False where the script has only BEGIN and END. */
  readonly hasProbes: boolean;
  readonly #source: string;
  readonly #missing: OutputLayout['missingProbes'];
  readonly #collection: Collection;
  readonly #results: readonly { readonly output: MapOutput; readonly map: BpfMap }[];
  readonly #actions: RecordActions;
  readonly #readers: ValueReaders;
  readonly #clock = new WallClock();
  readonly #events: RecordRing | null;
  readonly #control: RecordRing | null;
  readonly #packets: PerfBuffer | null;
  readonly #packetFiles = new PacketFiles();
  readonly #counters: BpfMap | null;
  readonly #counting = new RunCounting();
  #links: Link[] = [];
  #state: 'loaded' | 'attached' | 'detached' | 'closed' = 'loaded';
  /** Drained while detaching; the next drain gives them out first. */
  #pending: TraceEvent[] = [];
  #lastLosses: LossCounts | null = null;
  #lastStats: { readonly ns: bigint; readonly runs: bigint } | null = null;

  /** Loads maps and programs. Throws TraceError, and then nothing is left behind. */
  constructor(prepared: PreparedTrace) {
    const { outputs, spec, diagnostics } = prepared;
    this.#source = prepared.source;
    this.warnings = [...diagnostics];
    this.#missing = outputs.missingProbes;
    this.probes = prepared.probes;
    this.mapBytes = prepared.mapBytes;
    if (prepared.variant !== undefined) this.variant = prepared.variant;
    this.runsTests = spec.programs.some(({ attach: { kind } }) => kind === 'test');
    this.printsMaps = prepared.config.printMapsOnExit;
    this.hasProbes = hasProbes(spec);
    let collection: Collection | null = null;
    let events: RecordRing | null = null;
    let packets: PerfBuffer | null = null;
    try {
      collection = Collection.load(spec);
      const { eventRing, controlRing, packetBuffer, counters } = outputs;
      events = eventRing === undefined ? null : openRecords(collection.map(eventRing));
      this.#control = controlRing === undefined ? null : openRecords(collection.map(controlRing));
      packets = packetBuffer === undefined ? null : openPackets(collection.map(packetBuffer));
      this.#counters = counters === undefined ? null : collection.map(counters);
    } catch (error) {
      events?.close();
      packets?.close();
      collection?.close();
      throw fromKernel(error, 'load', prepared.source, diagnostics);
    }
    const loaded = collection;
    this.#collection = loaded;
    const { maxStringLength, stringTrailer } = prepared.config;
    this.#readers = {
      ...valueReaders((name) => loaded.map(name), nodeSymbols(prepared.unnamed)),
      cut: { bytes: maxStringLength, trailer: stringTrailer },
    };
    this.#events = events;
    this.#packets = packets;
    const maps = outputs.maps.map((output) => ({ output, map: loaded.map(output.map) }));
    const { source, name } = prepared;
    const [records, clock] = [new RecordReader(outputs.records, this.#readers), this.#clock];
    const packetFiles = this.#packetFiles;
    this.#actions = new RecordActions({ source, name, records, readers: this.#readers, maps, clock, packetFiles });
    // What a tool clears at its end is no result: neither are its windows to carry it.
    this.#results = prepared.variant === undefined ? maps : maps.filter(({ output }) => !output.cleared);
    this.schemas = this.#results.map(({ output }) => output.schema);
    this.programIds = loaded.programs.map(({ id }) => id);
  }

  get exitRequested(): boolean {
    return this.#actions.exitRequested;
  }

  get exitCode(): number {
    return this.#actions.exitCode;
  }

  attach(): void {
    if (this.#state !== 'loaded') throw new Error(`a trace that is ${this.#state} cannot be attached`);
    this.#state = 'attached';
    try {
      this.#runOnce('begin');
      for (const { program, point } of attachOrder(this.#collection.programs)) this.#attachOne(program, point);
    } catch (error) {
      this.#closeLinks();
      this.#state = 'detached';
      throw fromKernel(error, 'attach', this.#source, this.warnings);
    }
  }

  runTests(watch?: TestWatch): TestRun[] {
    return runTests(this.#collection.programs, watch);
  }

  runBenches(): BenchRun[] {
    return runBenches(this.#collection.programs);
  }

  drain(limit = UNBOUNDED): TraceEvent[] {
    if (this.#pending.length > 0) {
      const rest = this.#pending.splice(0, Math.min(limit, this.#pending.length));
      return rest.length < limit ? rest.concat(this.#take(limit - rest.length)) : rest;
    }
    return this.#take(limit);
  }

  skip(limit: number): number {
    if (this.#pending.length > 0) return this.#pending.splice(0, limit).length;
    if (this.#state === 'closed') return 0;
    let skipped = 0;
    const skip: OnRawRecord = (memory, offset, length) => {
      skipped += this.#actions.skip(memory, offset, length);
    };
    this.#visit(this.#control, UNBOUNDED, skip);
    this.#visit(this.#packets, UNBOUNDED, skip);
    this.#visit(this.#events, limit, skip);
    return skipped;
  }

  get hasNews(): boolean {
    const rings = [this.#events, this.#control, this.#packets];
    return this.#pending.length > 0 || rings.some((ring) => (ring?.pending() ?? 0) > 0);
  }

  readMaps(): MapState[] {
    return atOnce(this.readingMaps());
  }

  *readingMaps(): Steps<MapState[]> {
    const states: MapState[] = [];
    for (const { output, map } of this.#results) {
      states.push(yield* whileOpen(readingMap(output, map, this.#readers), () => this.#state !== 'closed'));
    }
    return states;
  }

  losses(): LossCounts {
    return this.#state === 'closed' && this.#lastLosses !== null ? this.#lastLosses : this.#countLosses();
  }

  countRuns(on: boolean): void {
    this.#counting.set(on);
  }

  runStats(): { readonly ns: bigint; readonly runs: bigint } | null {
    return this.#state === 'closed' ? this.#lastStats : this.#sumStats();
  }

  detach(): void {
    if (this.#state !== 'attached') return;
    this.#state = 'detached';
    joinLinks(this.#links).detach();
    // Waits for the kernel's other CPUs, some 10 ms.
    if (this.#links.length > 0) waitForPrograms();
    // END must find room in the rings, and what it prints comes last.
    this.#pending = this.#pending.concat(this.#takeAll());
    this.#actions.ending = true;
    try {
      this.#runOnce('end');
    } catch (error) {
      throw fromKernel(error, 'attach', this.#source, this.warnings);
    }
    this.#pending = this.#pending.concat(this.#takeAll());
  }

  close(): void {
    if (this.#state === 'closed') return;
    try {
      this.detach();
    } finally {
      this.#lastLosses = this.#countLosses();
      this.#lastStats = this.#sumStats();
      this.#state = 'closed';
      this.#closeLinks();
      this.#events?.close();
      this.#control?.close();
      this.#packets?.close();
      this.#packetFiles.close();
      this.#collection.close();
      this.#counting.set(false);
    }
  }

  #attachOne(program: Program, point: AttachPoint): void {
    try {
      if (point.kind === 'uprobe' || point.kind === 'uprobe_multi') userSymbols().addProgram(point.path);
      this.#links.push(attach(program.fd, point));
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      const names = program.spec.probes ?? [];
      const what = `Unable to attach probe: ${names[0] ?? program.spec.name}`;
      if (this.#missing === undefined) {
        const advice = "If this is expected, set the 'missing_probes' config variable to 'warn'.";
        throw new KernelError(error.code, `${what}: ${error.message}. ${advice}`, { cause: error });
      }
      this.probes -= names.length;
      if (this.#missing === 'warn') this.warnings.push(attachWarning(`${what}. Skipping.`, error.message));
    }
  }

  #closeLinks(): void {
    joinLinks(this.#links).close();
    this.#links = [];
  }

  #runOnce(kind: 'begin' | 'end'): void {
    for (const { fd, spec } of this.#collection.programs) {
      if (spec.attach.kind !== kind) continue;
      if (spec.type === ProgramType.KPROBE) runByProbe(fd, kind.toUpperCase());
      else testRun(fd, kind.toUpperCase());
    }
  }

  #takeAll(): TraceEvent[] {
    let all: TraceEvent[] = [];
    for (;;) {
      const taken = this.#take(UNBOUNDED);
      if (taken.length === 0) return all;
      all = all.concat(taken);
    }
  }

  /** The control ring is always emptied; the limit is on the events. */
  #take(limit: number): TraceEvent[] {
    if (this.#state === 'closed') return [];
    this.#clock.refresh();
    const events: TraceEvent[] = [];
    const take: OnRawRecord = (memory, offset, length) => {
      this.#actions.obey(memory, offset, length, events);
    };
    this.#visit(this.#control, UNBOUNDED, take);
    this.#visit(this.#packets, UNBOUNDED, take);
    const prints = events.length;
    // A ring is in order by itself; two are not, nor are the buffers of several CPUs: what is put into order is taken together.
    const unordered = prints > 0 || this.#events instanceof PerfBuffer;
    this.#visit(this.#events, unordered && limit > 0 ? Math.max(limit, ORDERED_TOGETHER) : limit, take);
    if (unordered) events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    return events;
  }

  #visit(ring: RecordRing | null, limit: number, visit: OnRawRecord): void {
    let view: DataView | null = null;
    let memory: Buffer = Buffer.alloc(0);
    ring?.read(limit, (bytes, offset, length) => {
      if (bytes !== view) {
        view = bytes;
        memory = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      }
      visit(memory, offset, length);
    });
  }

  #countLosses(): LossCounts {
    const skipped = this.#collection.programs.reduce((sum, program) => sum + program.info().recursionMisses, 0n);
    const counters = this.#counters === null ? [] : readCounters(this.#counters);
    return lossesOf(counters, this.#actions.unreadable, skipped);
  }

  #sumStats(): { readonly ns: bigint; readonly runs: bigint } | null {
    if (!this.#counting.counted) return null;
    const infos = this.#collection.programs.map((program) => program.info());
    return {
      ns: infos.reduce((sum, { runTimeNs }) => sum + runTimeNs, 0n),
      runs: infos.reduce((sum, { runs }) => sum + runs, 0n),
    };
  }
}

/** A ring buffer, or where the kernel has none a buffer for each CPU. */
function openRecords(map: BpfMap): RecordRing {
  const { bufferBytes } = map.spec;
  return bufferBytes === undefined ? new RingBuffer(map) : new PerfBuffer(map, bufferBytes);
}

/** Packets always go through buffers of CPUs: the helper knows no ring. */
function openPackets(map: BpfMap): PerfBuffer {
  return new PerfBuffer(map, map.spec.bufferBytes ?? 0);
}

/** Of no place in the script. */
function attachWarning(message: string, hint: string): Diagnostic {
  const place = { span: { start: 0, end: 0 }, line: 1, column: 1, endLine: 1, endColumn: 1 };
  return { severity: 'warning', code: 'no-match', message, hint, ...place };
}
