import { type LossCounts, type MapState, noLoss } from '@bpfleet/aggregate';
import type { ObjectManifest } from '@bpfleet/bpf';
import type { Diagnostic } from '@bpfleet/compiler';
import {
  type BpfMap,
  joinLinks,
  KernelError,
  type KernelObject,
  type Link,
  nodeIdentity,
  programInfo,
  VerifierError,
  waitForPrograms,
} from '@bpfleet/kernel';
import type { Trace, TraceEvent } from '../api.ts';
import { atOnce, type Steps, whileOpen } from '../in-turns.ts';
import { valueReaders } from '../read-stack.ts';
import { RunCounting } from '../run-counting.ts';
import { fromKernel } from '../trace-error.ts';
import type { ValueReaders } from '../value-readers.ts';
import { fillMaps } from './apply-manifest.ts';
import { attachProgram } from './attach-program.ts';
import { IteratorLines } from './iterator-lines.ts';
import { kernelPlaces } from './kernel-places.ts';
import type { ObjectOutput } from './map-output.ts';
import { missingPlaces } from './missing-places.ts';
import { objectMapSpec } from './object-memory.ts';
import type { ObjectTypes } from './object-types.ts';
import { objectWarning } from './object-warning.ts';
import type { PlannedObjectProgram, PreparedObject } from './prepare-object.ts';
import { readingObjectMaps } from './read-object-map.ts';
import { RecordBuffers } from './record-buffers.ts';
import { iteratorShape } from './record-output.ts';
import { lengthWarning } from './record-warnings.ts';
import { UsdtSpecs } from './usdt-specs.ts';
import { readWholeMap, wholeMap } from './whole-map.ts';

/** What this process lacks, and not the kernel: then nothing is optional. */
const OWN_LACK: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** A Trace over an ELF object. What its programs lose by themselves (a full map), only they know. */
export class ObjectTrace implements Trace {
  readonly schemas;
  /** Grows where a ring buffer was full. */
  readonly warnings: Diagnostic[];
  /** Fewer once it is attached, where the kernel did not take what is optional. */
  probes: number;
  /** False where there are only iterators, which are done once they are read. */
  readonly hasProbes: boolean;
  readonly mapBytes: number;
  readonly programIds: readonly number[];
  readonly exitRequested = false;
  readonly exitCode = 0;
  readonly #object: KernelObject;
  readonly #programs: readonly PlannedObjectProgram[];
  readonly #structOps: readonly number[];
  readonly #manifest: ObjectManifest;
  readonly #lines = new IteratorLines();
  readonly #maps: readonly { readonly output: ObjectOutput; readonly map: BpfMap }[];
  readonly #buffers: RecordBuffers;
  readonly #readers: ValueReaders;
  readonly #types: ObjectTypes;
  readonly #counting = new RunCounting();
  readonly #told = new Set<string>();
  #usdtSpecs: UsdtSpecs | null = null;
  #links: Link[] = [];
  #state: 'loaded' | 'attached' | 'detached' | 'closed' = 'loaded';
  /** What there is to tell once it is closed. */
  #last = { lost: noLoss(), stats: null as { readonly ns: bigint; readonly runs: bigint } | null };

  /** Loads maps and programs. Throws TraceError, and then nothing is left behind. */
  constructor(prepared: PreparedObject) {
    const { object, outputs, records, programs, diagnostics } = prepared;
    try {
      object.load();
      fillMaps(object, prepared.manifest);
      this.programIds = programs.map(({ index }) => programInfo(object.programFd(index)).id);
      this.#maps = outputs.map((output) => ({ output, map: mapOf(object, output.map) }));
      this.#readers = valueReaders((name) => mapNamed(object, name));
      this.#buffers = new RecordBuffers(records, (output) => mapOf(object, output.map));
    } catch (error) {
      object.close();
      throw fromKernel(explained(error, 'load', programs), 'load', '', diagnostics);
    }
    this.schemas = outputs.map(({ schema }) => schema);
    this.warnings = [...diagnostics];
    this.probes = prepared.probes;
    this.hasProbes = programs.some(({ plan }) => plan.how !== 'iterator');
    this.mapBytes = prepared.mapBytes;
    this.#object = object;
    this.#types = prepared.types;
    this.#programs = programs;
    this.#structOps = prepared.structOps;
    this.#manifest = prepared.manifest;
  }

  attach(): void {
    if (this.#state !== 'loaded') throw new Error(`a trace that is ${this.#state} cannot be attached`);
    this.#state = 'attached';
    try {
      this.#attachPrograms();
      for (const index of this.#structOps) this.#links.push(this.#object.attachStructOps(index));
    } catch (error) {
      this.#state = 'detached';
      this.#closeLinks();
      throw fromKernel(error, 'attach', '', this.warnings);
    }
  }

  get hasNews(): boolean {
    return this.#lines.hasNews || this.#buffers.hasNews;
  }

  get uncounted(): readonly string[] {
    return this.#buffers.full.map(fullText);
  }

  /** The lines of its iterators, and the records of its ring and perf buffers. */
  drain(limit = Number.POSITIVE_INFINITY): TraceEvent[] {
    const lines = this.#lines.drain(limit);
    const events = [...lines, ...this.#buffers.drain(limit - lines.length)];
    for (const name of this.#buffers.full) this.#tell(name, fullText(name));
    for (const output of this.#buffers.others) this.#tell(`${output.name} `, lengthWarning(output));
    for (const name of this.#lines.writingBytes) {
      const advice = `a manifest may name the structure of what it writes, outputs: {${name}: {record: STRUCT}}`;
      this.#tell(name, `iterator "${name}" writes bytes that are no text: ${advice}`);
    }
    return events;
  }

  readMaps(): MapState[] {
    return atOnce(this.readingMaps());
  }

  readingMaps(): Steps<MapState[]> {
    return whileOpen(readingObjectMaps(this.#maps, this.#readers), () => this.#state !== 'closed');
  }

  readWholeMap(name: string): MapState | null {
    const whole = wholeMap(this.#object.maps, this.#types, name);
    return whole === null ? null : readWholeMap(whole, mapOf(this.#object, whole.map));
  }

  losses(): LossCounts {
    if (this.#state === 'closed') return this.#last.lost;
    return { ...noLoss(), kernel: this.#sum('recursionMisses') + this.#buffers.lost };
  }

  countRuns(on: boolean): void {
    this.#counting.set(on);
  }

  runStats(): { readonly ns: bigint; readonly runs: bigint } | null {
    if (this.#state === 'closed') return this.#last.stats;
    return !this.#counting.counted ? null : { ns: this.#sum('runTimeNs'), runs: this.#sum('runs') };
  }

  detach(): void {
    if (this.#state !== 'attached') return;
    this.#state = 'detached';
    this.#closeLinks();
    waitForPrograms();
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.detach();
    this.#last = { lost: this.losses(), stats: this.runStats() };
    this.#state = 'closed';
    this.#buffers.close();
    this.#lines.close();
    this.#object.close();
    this.#counting.set(false);
  }

  #attachPrograms(): void {
    const refused: KernelError[] = [];
    for (const program of this.#programs) {
      try {
        this.#attachOne(program);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        const told = withOther(error, program);
        if (!program.optional || OWN_LACK.has(error.code)) throw explained(told, 'attach', this.#programs);
        refused.push(told);
        this.warnings.push(objectWarning(`program "${program.name}" is left out: ${told.message}`));
      }
    }
    this.probes -= refused.length;
    if (refused.length > 0 && this.probes === 0) throw refused[0];
  }

  #attachOne({ index, plan }: PlannedObjectProgram): void {
    const openIterator = (fd: number, name: string) => this.#openIterator(fd, name);
    const usdtSpecs = () => {
      this.#usdtSpecs ??= new UsdtSpecs(mapNamed(this.#object, UsdtSpecs.map), nodeIdentity().arch);
      return this.#usdtSpecs;
    };
    this.#links.push(attachProgram(this.#object, index, plan, { openIterator, usdtSpecs }));
  }

  #openIterator(linkFd: number, name: string): void {
    const { outputs = {} } = this.#manifest;
    const asked = Object.hasOwn(outputs, name) ? (outputs[name] ?? {}) : {};
    this.#lines.open(linkFd, name, iteratorShape(name, this.#types, asked));
  }

  #tell(name: string, message: string): void {
    if (this.#told.has(name)) return;
    this.#told.add(name);
    this.warnings.push(objectWarning(message));
  }

  #closeLinks(): void {
    joinLinks(this.#links).close();
    this.#links = [];
  }

  #sum(what: 'recursionMisses' | 'runTimeNs' | 'runs'): bigint {
    return this.#programs.reduce((sum, { index }) => sum + programInfo(this.#object.programFd(index))[what], 0n);
  }
}

/** Of a ring only the program knows what found no room. */
function fullText(name: string): string {
  const why = 'the program did not find room for records, which nobody counts';
  return `ring buffer ${name} was full: ${why}; a manifest may give it more bytes (maps: {${name}: {entries: N}})`;
}

/** The kernel knows a function by its types, and may yet not attach to it: the program that does the same may do better. */
function withOther(error: KernelError, { name, instead }: PlannedObjectProgram): KernelError {
  if (instead === undefined) return error;
  const advice = `a manifest has program "${instead}" run instead by programs: {${name}: {load: false}}`;
  return new KernelError(error.code, `${error.message}; ${advice}`, { cause: error });
}

/** Said of all programs at once: the kernel refuses one, and would the next. */
function explained(error: unknown, stage: 'load' | 'attach', programs: readonly PlannedObjectProgram[]): unknown {
  if (!(error instanceof KernelError) || error instanceof VerifierError) return error;
  if (stage === 'attach' && OWN_LACK.has(error.code)) return error;
  const missing = missingPlaces(programs, stage, kernelPlaces());
  return missing === null
    ? error
    : new KernelError('ENOENT', `cannot ${stage} the object: ${missing}`, { cause: error });
}

function mapNamed(object: KernelObject, name: string): BpfMap {
  return mapOf(
    object,
    object.maps.findIndex((map) => map.name === name),
  );
}

function mapOf(object: KernelObject, index: number): BpfMap {
  return object.map(index, objectMapSpec(object.maps[index] as KernelObject['maps'][number]));
}
