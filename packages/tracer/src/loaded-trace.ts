import { type LossCounts, type MapState, renderMap } from '@bpfleet/aggregate';
import { ProgramType } from '@bpfleet/bpf';
import {
  type Diagnostic,
  type MapOutput,
  markSource,
  type OutputLayout,
  placeOf,
  type RecordLayout,
  type Span,
} from '@bpfleet/compiler';
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
import { clearMap, zeroMap } from './clear-map.ts';
import { errorText } from './error-text.ts';
import { helperText } from './helper-text.ts';
import { type Printed, readFile, runCommand } from './obey-shell.ts';
import { type BenchRun, runBenches, runTests, type TestRun, type TestWatch } from './own-runs.ts';
import { PacketFiles } from './packet-files.ts';
import { hasProbes, type PreparedTrace } from './prepare-trace.ts';
import { printEntry } from './print-entry.ts';
import { lossesOf, readCounters } from './read-losses.ts';
import { readMap, readPrintedMap } from './read-map.ts';
import { RecordReader, type TraceRecord } from './read-record.ts';
import { nodeSymbols, valueReaders } from './read-stack.ts';
import { RunCounting } from './run-counting.ts';
import { fromKernel } from './trace-error.ts';
import type { ValueReaders } from './value-readers.ts';

type RecordRing = RingBuffer | PerfBuffer;

const UNBOUNDED = Number.POSITIVE_INFINITY;
/** Events that are put into the order of their times, where several rings have them. */
const ORDERED_TOGETHER = 16_384;

/** Records that show something; the others ask for something, or tell of a process. */
const EVENT_KINDS: ReadonlySet<RecordLayout['kind']> = new Set<RecordLayout['kind']>([
  ...(['printf', 'value', 'print-map', 'print-entry', 'time', 'cat', 'system', 'join', 'helper', 'message'] as const),
]);

/** A record as it lies in a ring. */
type OnRawRecord = (memory: Buffer, offset: number, length: number) => void;

/** A Trace over a Collection. All calls are synchronous, so that none can run into another. */
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
  readonly #name: string;
  readonly #places = new Map<Span, ReturnType<typeof placeOf>>();
  readonly #collection: Collection;
  readonly #maps: readonly { readonly output: MapOutput; readonly map: BpfMap }[];
  readonly #results: readonly { readonly output: MapOutput; readonly map: BpfMap }[];
  readonly #records: RecordReader;
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
  #exitRequested = false;
  /** When exit() was called, CLOCK_MONOTONIC: what probes print until they are detached is not part of the trace. */
  #exitNs: bigint | null = null;
  #ending = false;
  #exitCode = 0;
  #unreadable = 0n;
  /** Drained while detaching; the next drain gives them out first. */
  #pending: TraceEvent[] = [];
  #lastLosses: LossCounts | null = null;
  #lastStats: { readonly ns: bigint; readonly runs: bigint } | null = null;

  /** Loads maps and programs. Throws TraceError, and then nothing is left behind. */
  constructor(prepared: PreparedTrace) {
    const { outputs, spec, diagnostics } = prepared;
    this.#source = prepared.source;
    this.#name = prepared.name;
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
    this.#records = new RecordReader(outputs.records, this.#readers);
    this.#events = events;
    this.#packets = packets;
    this.#maps = outputs.maps.map((output) => ({ output, map: loaded.map(output.map) }));
    // What a tool clears at its end is no result: neither are its windows to carry it.
    this.#results = prepared.variant === undefined ? this.#maps : this.#maps.filter(({ output }) => !output.cleared);
    this.schemas = this.#results.map(({ output }) => output.schema);
    this.programIds = loaded.programs.map(({ id }) => id);
  }

  get exitRequested(): boolean {
    return this.#exitRequested;
  }

  get exitCode(): number {
    return this.#exitCode;
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
      const kind = this.#records.kindOf(memory, offset, length);
      // Once exit() was called, only its time tells of an event whether it is part of the trace.
      if (kind !== null && EVENT_KINDS.has(kind) && this.#exitNs === null) skipped++;
      else skipped += this.#interpret(memory, offset, length).length;
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
    return this.#results.map(({ output, map }) => readMap(output, map, this.#readers));
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
    this.#ending = true;
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
      events.push(...this.#interpret(memory, offset, length));
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

  #interpret(memory: Buffer, offset: number, length: number): TraceEvent[] {
    const record = this.#records.read(memory, offset, length);
    if (record === null) {
      this.#unreadable++;
      return [];
    }
    if (this.#exitNs !== null && record.ns > this.#exitNs && !this.#ending && record.kind !== 'process') return [];
    return this.#obey(record);
  }

  /** Does what a record asks for; gives what there is to show. */
  #obey(record: TraceRecord): TraceEvent[] {
    const at = this.#clock.toWallNs(record.ns);
    switch (record.kind) {
      case 'exit':
        this.#exitRequested = true;
        this.#exitNs ??= record.ns;
        this.#exitCode = record.code;
        return [];
      case 'process':
        this.#readers.process(record.process);
        return [];
      case 'text':
        return [{ at, type: record.type, text: record.text, values: record.values }];
      case 'packet': {
        const complaint = this.#packetFiles.write(record.path, at, record.packet);
        return complaint === null ? [] : [{ at, type: 'complaint', text: complaint, values: [] }];
      }
      case 'cat':
        return printed(at, 'cat', readFile(record.target, record.limit));
      case 'system':
        return ran(at, runCommand(record.target));
      case 'message':
        return [{ at, ...this.#message(record) }];
      case 'helper':
        return [{ at, ...this.#helper(record) }];
      default:
        return this.#obeyMap(record, at);
    }
  }

  #message({ severity, span, text, quoted }: TraceRecord & { kind: 'message' }): Omit<TraceEvent, 'at'> {
    const { label, ...where } = this.#place(span);
    const end = quoted ? `\n${markSource(this.#source, span)}` : text.endsWith('\n') ? '' : '\n';
    return {
      type: severity === 'error' ? 'errorf' : 'warnf',
      text: `${label}: ${severity.toUpperCase()}: ${text}${end}`,
      values: [text],
      where,
    };
  }

  /** With the place in the script, as bpftrace marks it. */
  #helper({ helper, result, span }: TraceRecord & { kind: 'helper' }): Omit<TraceEvent, 'at'> {
    const { label, ...where } = this.#place(span);
    const message = helperText(helper, result);
    const marked = markSource(this.#source, span);
    return {
      type: 'helper',
      text: `${label}: WARNING: ${message}\nAdditional Info - helper: ${helper}, retcode: ${result}\n${marked}`,
      values: [errorText(-result)],
      where,
      helper: { name: helper, result },
    };
  }

  /** Kept: a flood of messages must not search the source each time. */
  #place(span: Span): ReturnType<typeof placeOf> {
    const known = this.#places.get(span);
    if (known !== undefined) return known;
    const place = placeOf(this.#source, this.#name, span);
    this.#places.set(span, place);
    return place;
  }

  #obeyMap(record: Extract<TraceRecord, { map: number }>, at: bigint): TraceEvent[] {
    const found = this.#maps.find(({ output }) => output.schema.id === record.map);
    if (found === undefined) {
      this.#unreadable++;
      return [];
    }
    switch (record.kind) {
      case 'clear-map':
        clearMap(found.output, found.map);
        return [];
      case 'zero-map':
        zeroMap(found.output, found.map);
        return [];
      case 'print-entry':
        return [{ at, ...printEntry(readMap(found.output, found.map, this.#readers), record.key) }];
      case 'print-map': {
        const { top, div } = record;
        const state = readPrintedMap(found.output, found.map, this.#readers);
        return [{ at, type: 'map', text: renderMap(state, { top, div }), values: [], map: { state, top, div } }];
      }
    }
  }

  #countLosses(): LossCounts {
    const skipped = this.#collection.programs.reduce((sum, program) => sum + program.info().recursionMisses, 0n);
    const counters = this.#counters === null ? [] : readCounters(this.#counters);
    return lossesOf(counters, this.#unreadable, skipped);
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

/** The kernel runs what was attached last first: at these the clauses of a script would run from the last to the first. */
const LAST_FIRST: ReadonlySet<AttachPoint['kind']> = new Set([
  ...(['kprobe', 'kprobe_multi', 'uprobe', 'uprobe_multi', 'fentry', 'fexit'] as const),
]);

/** In the order of the script, or against it, so that clauses on one place run in the order of the script. */
function attachOrder(programs: readonly Program[]): { readonly program: Program; readonly point: AttachPoint }[] {
  const all = programs.flatMap((program) => {
    const point = attachPoint(program);
    return point === null ? [] : [{ program, point }];
  });
  const backwards = all.filter(({ point }) => LAST_FIRST.has(point.kind)).reverse();
  return [...all.filter(({ point }) => !LAST_FIRST.has(point.kind)), ...backwards];
}

/** Null for what is only run by us. */
function attachPoint({ spec }: Program): AttachPoint | null {
  const { attach: point } = spec;
  if (point.kind === 'begin' || point.kind === 'end' || point.kind === 'test' || point.kind === 'bench') return null;
  return point;
}

function printed(at: bigint, type: 'cat' | 'syscall', { text, complaint }: Printed): TraceEvent[] {
  const events: TraceEvent[] = text === '' ? [] : [{ at, type, text, values: [text] }];
  return complaint === undefined ? events : [...events, { at, type: 'complaint', text: complaint, values: [] }];
}

/** A command that went well is an event also where it printed nothing; of one that failed nothing is shown but that. */
function ran(at: bigint, { text, complaint }: Printed): TraceEvent[] {
  if (complaint !== undefined) return printed(at, 'syscall', { text: '', complaint });
  return [{ at, type: 'syscall', text, values: [text] }];
}
