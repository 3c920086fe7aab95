import { renderMap } from '@bpfleet/aggregate';
import { type MapOutput, markSource, placeOf, type RecordLayout, type Span } from '@bpfleet/compiler';
import type { BpfMap, WallClock } from '@bpfleet/kernel';
import type { TraceEvent } from './api.ts';
import { clearMap, zeroMap } from './clear-map.ts';
import { errorText } from './error-text.ts';
import { helperText } from './helper-text.ts';
import { type Printed, readFile, runCommand } from './obey-shell.ts';
import type { PacketFiles } from './packet-files.ts';
import { printEntry } from './print-entry.ts';
import { readMap, readPrintedMap } from './read-map.ts';
import type { RecordReader, TraceRecord } from './read-record.ts';
import type { ValueReaders } from './value-readers.ts';

/** Records that show something; the others ask for something, or tell of a process. */
const EVENT_KINDS: ReadonlySet<RecordLayout['kind']> = new Set<RecordLayout['kind']>([
  ...(['printf', 'value', 'print-map', 'print-entry', 'time', 'cat', 'system', 'join', 'helper', 'message'] as const),
]);

/** Of a loaded script: what its records may need to be understood and obeyed. */
export interface RecordSurroundings {
  readonly source: string;
  /** As messages name the script. */
  readonly name: string;
  readonly records: RecordReader;
  readonly readers: ValueReaders;
  readonly maps: readonly { readonly output: MapOutput; readonly map: BpfMap }[];
  readonly clock: WallClock;
  readonly packetFiles: PacketFiles;
}

/** Does what a script's records ask for, and says what there is to show. */
export class RecordActions {
  exitRequested = false;
  exitCode = 0;
  /** Records that were none of this program. */
  unreadable = 0n;
  /** The probes are detached: what comes is of END, also after an exit(). */
  ending = false;
  readonly #with: RecordSurroundings;
  readonly #places = new Map<Span, ReturnType<typeof placeOf>>();
  /** When exit() was called, CLOCK_MONOTONIC: what probes print until they are detached is not part of the trace. */
  #exitNs: bigint | null = null;

  constructor(surroundings: RecordSurroundings) {
    this.#with = surroundings;
  }

  /** Of one record as it lies in a ring. What there is to show is added to `shown`. */
  obey(memory: Buffer, offset: number, length: number, shown: TraceEvent[]): void {
    const record = this.#with.records.read(memory, offset, length);
    if (record === null) {
      this.unreadable++;
      return;
    }
    if (this.#exitNs !== null && record.ns > this.#exitNs && !this.ending && record.kind !== 'process') return;
    const at = this.#with.clock.toWallNs(record.ns);
    // Nearly all are this, in a flood a million a second.
    if (record.kind === 'text') shown.push({ at, type: record.type, text: record.text, values: record.values });
    else shown.push(...this.#act(record, at));
  }

  /** As `obey`, but does not make sense of what would be shown. Returns how much that was. */
  skip(memory: Buffer, offset: number, length: number): number {
    const kind = this.#with.records.kindOf(memory, offset, length);
    // Once exit() was called, only its time tells of an event whether it is part of the trace.
    if (kind !== null && EVENT_KINDS.has(kind) && this.#exitNs === null) return 1;
    const shown: TraceEvent[] = [];
    this.obey(memory, offset, length, shown);
    return shown.length;
  }

  #act(record: Exclude<TraceRecord, { kind: 'text' }>, at: bigint): TraceEvent[] {
    switch (record.kind) {
      case 'exit':
        this.exitRequested = true;
        this.#exitNs ??= record.ns;
        this.exitCode = record.code;
        return [];
      case 'process':
        this.#with.readers.process(record.process);
        return [];
      case 'packet': {
        const complaint = this.#with.packetFiles.write(record.path, at, record.packet);
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
        return this.#actOnMap(record, at);
    }
  }

  #message({ severity, span, text, quoted }: TraceRecord & { kind: 'message' }): Omit<TraceEvent, 'at'> {
    const { label, ...where } = this.#place(span);
    const end = quoted ? `\n${markSource(this.#with.source, span)}` : text.endsWith('\n') ? '' : '\n';
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
    const marked = markSource(this.#with.source, span);
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
    const place = placeOf(this.#with.source, this.#with.name, span);
    this.#places.set(span, place);
    return place;
  }

  #actOnMap(record: Extract<TraceRecord, { map: number }>, at: bigint): TraceEvent[] {
    const { maps, readers } = this.#with;
    const found = maps.find(({ output }) => output.schema.id === record.map);
    if (found === undefined) {
      this.unreadable++;
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
        return [{ at, ...printEntry(readMap(found.output, found.map, readers), record.key) }];
      case 'print-map': {
        const { top, div } = record;
        const state = readPrintedMap(found.output, found.map, readers);
        return [{ at, type: 'map', text: renderMap(state, { top, div }), values: [], map: { state, top, div } }];
      }
    }
  }
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
