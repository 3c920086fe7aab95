import { readFileSync } from 'node:fs';
import { demangle } from './demangle.ts';
import { Lru } from './lru.ts';
import { type ModuleSymbols, readModule } from './module-symbols.ts';
import { openPart } from './open-part.ts';
import { MAX_PERF_MAP, type PerfMap, parsePerfMap } from './perf-map.ts';
import { type CodeMapping, isAnonymous, keepSame, mappingAt, parseProcessMaps } from './process-maps.ts';
import type { SymbolFrame } from './symbol-frame.ts';
import { readVdso } from './vdso.ts';

/** Memory for symbols of programs and libraries, and of code made at run time. Bytes. */
const MAX_SYMBOL_BYTES = 128 * 1024 * 1024;
const MAX_PROCESSES = 1024;
const MAX_PROGRAMS = 64;
/** A process may load libraries and be another program from one moment to the next; this long its maps are believed. */
const FRESH_MS = 1000;
/** ... and this long where an address is in none of them, or in code that is being made as it runs. */
const RETRY_MS = 50;
/** Addresses of processes of which nothing is known, with what was found in the programs. */
const MAX_LINKED = 65_536;

interface Process {
  mappings: readonly CodeMapping[];
  readAt: number;
  /** When it started, in clock ticks: tells it from a later one of the same number. Empty where it had ended before it was read. */
  readonly start: string;
  perfMap: { readonly identity: string; readonly map: PerfMap } | null;
  perfMapReadAt: number;
}

/** Symbols of the processes of this node. What was read of a process is kept when the process has ended. */
export class UserSymbols {
  readonly #processes = new Lru<number, Process>(MAX_PROCESSES);
  readonly #modules = new Lru<string, ModuleSymbols>(MAX_SYMBOL_BYTES);
  /** Of the files behind mappings. */
  readonly #identities = new WeakMap<Pick<CodeMapping, 'path' | 'range'>, string>();
  readonly #programs = new Set<string>();
  /** What was found in the programs, by address. */
  readonly #linked = new Map<number, SymbolFrame | null>();
  readonly #now: () => number;
  #vdso: ModuleSymbols | null | undefined;

  /** `now` in milliseconds; only differences count. */
  constructor(now: () => number = () => Number(process.hrtime.bigint()) / 1e6) {
    this.#now = now;
  }

  /** Reads where a process has its code, while it is there to be asked. To be called when it is first heard of. */
  capture(pid: number): void {
    this.#process(pid, FRESH_MS);
  }

  /** A program whose functions are probed: its processes may have ended before their mappings could be read. */
  addProgram(path: string): void {
    this.#linked.clear();
    this.#programs.delete(path);
    this.#programs.add(path);
    for (const oldest of this.#programs) {
      if (this.#programs.size <= MAX_PROGRAMS) break;
      this.#programs.delete(oldest);
    }
  }

  /** Where nothing is known of the process: in the programs that lie in every process where the linker put them. */
  #inPrograms(address: number): SymbolFrame | null {
    const known = this.#linked.get(address);
    if (known !== undefined) return known;
    const frame = this.#searchPrograms(address);
    if (this.#linked.size >= MAX_LINKED) this.#linked.clear();
    this.#linked.set(address, frame);
    return frame;
  }

  #searchPrograms(address: number): SymbolFrame | null {
    for (const path of this.#programs) {
      const place = this.#openModule(0, { path, range: '' }).findLinked(address);
      if (place === null) continue;
      return { address: BigInt(address), symbol: demangle(place.name), offset: place.offset, module: path };
    }
    return null;
  }

  /** The frame of an address in the code of a process. Addresses that belong to nothing known have no symbol. */
  resolve(pid: number, address: bigint): SymbolFrame {
    const unknown = { address, symbol: '', offset: 0, module: '' };
    // Code of programs lies below 2^56 on both architectures, where doubles are not exact but beyond which nothing is.
    if (address <= 0n || address > BigInt(Number.MAX_SAFE_INTEGER)) return unknown;
    const found = this.#locate(pid, Number(address));
    if (found === null) return this.#inPrograms(Number(address)) ?? unknown;
    const { process, mapping } = found;
    const place = this.#place(pid, process, mapping, Number(address));
    if (place === null) return { ...unknown, module: mapping.path, ...this.#unnamed(pid, mapping, Number(address)) };
    return { address, symbol: demangle(place.name), offset: place.offset, module: mapping.path };
  }

  /** The build ID of the file that an address lies in, and the place in it; null where there is none. */
  buildId(pid: number, address: bigint): { readonly buildId: string; readonly offset: bigint } | null {
    const found = this.#locate(pid, Number(address));
    if (found === null || isAnonymous(found.mapping)) return null;
    const { mapping } = found;
    const { buildId } = this.#module(pid, mapping);
    return buildId === undefined ? null : { buildId, offset: address - BigInt(mapping.start - mapping.offset) };
  }

  /** What is left of an address without a name, so that it can be looked up later. */
  #unnamed(pid: number, mapping: CodeMapping, address: number): Pick<SymbolFrame, 'file'> {
    if (isAnonymous(mapping) || !mapping.path.startsWith('/')) return {};
    const { buildId } = this.#module(pid, mapping);
    const offset = address - mapping.start + mapping.offset;
    return { file: { offset, ...(buildId === undefined ? {} : { buildId }) } };
  }

  #locate(pid: number, address: number): { process: Process; mapping: CodeMapping } | null {
    for (const maxAge of [FRESH_MS, RETRY_MS]) {
      const process = this.#process(pid, maxAge);
      const mapping = mappingAt(process.mappings, address);
      if (mapping !== null) return { process, mapping };
    }
    return null;
  }

  #process(pid: number, maxAge: number): Process {
    const known = this.#processes.get(pid);
    const now = this.#now();
    if (known !== undefined && now - known.readAt < maxAge) return known;
    const start = startOf(pid);
    const maps = start === null ? null : readText(`/proc/${pid}/maps`);
    const there = start !== null && maps !== null && maps !== '';
    if (known !== undefined && (!there || known.start === start)) {
      known.readAt = now;
      // It has ended, or is just ending and has no memory any more: what was read before still holds.
      if (!there) return known;
      known.mappings = keepSame(known.mappings, parseProcessMaps(maps));
      return known;
    }
    const process = {
      mappings: there ? parseProcessMaps(maps) : [],
      readAt: now,
      start: there ? start : '',
      perfMap: null,
      perfMapReadAt: Number.NEGATIVE_INFINITY,
    };
    this.#processes.set(pid, process);
    return process;
  }

  #place(
    pid: number,
    process: Process,
    mapping: CodeMapping,
    address: number,
  ): { name: string; offset: number } | null {
    if (mapping.path === '[vdso]') return this.#vdsoSymbols()?.find(address - mapping.start) ?? null;
    if (isAnonymous(mapping)) return this.#perfMap(pid, process)?.find(address) ?? null;
    return this.#module(pid, mapping).find(address - mapping.start + mapping.offset);
  }

  /** To open a file costs more than to find a symbol in it: of a mapping that was asked for before its identity is known. */
  #module(pid: number, mapping: CodeMapping): ModuleSymbols {
    const identity = this.#identities.get(mapping);
    if (identity === NO_FILE) return this.#byPath.get(mapping.path) ?? NOTHING;
    const known = identity === undefined ? undefined : this.#modules.get(identity);
    return known ?? this.#openModule(pid, mapping);
  }

  #openModule(pid: number, mapping: Pick<CodeMapping, 'path' | 'range'>): ModuleSymbols {
    const { path, range } = mapping;
    const root = `/proc/${pid}/root`;
    const clean = path.replace(/ \(deleted\)$/, '');
    // map_files leads to the very file that is mapped, also where it was deleted or replaced, or lies in a container.
    for (const candidate of [`/proc/${pid}/map_files/${range}`, root + clean, clean]) {
      const file = openPart(candidate);
      if (file === null) continue;
      this.#identities.set(mapping, file.identity);
      try {
        const known = this.#modules.get(file.identity);
        if (known !== undefined) return this.#remember(path, known);
        const module = readModule(file, clean, root);
        this.#modules.set(file.identity, module, module.bytes + 1024);
        return this.#remember(path, module);
      } finally {
        file.close();
      }
    }
    this.#identities.set(mapping, NO_FILE);
    // The process has ended, and its files with it: another process may have had the same.
    return this.#byPath.get(path) ?? NOTHING;
  }

  readonly #byPath = new Lru<string, ModuleSymbols>(256);

  #remember(path: string, module: ModuleSymbols): ModuleSymbols {
    this.#byPath.set(path, module);
    return module;
  }

  #perfMap(pid: number, process: Process): PerfMap | null {
    const now = this.#now();
    if (now - process.perfMapReadAt < RETRY_MS) return process.perfMap?.map ?? null;
    process.perfMapReadAt = now;
    const inner = innerPid(pid);
    const file = openPart(`/proc/${pid}/root/tmp/perf-${inner}.map`) ?? openPart(`/tmp/perf-${pid}.map`);
    if (file === null) return process.perfMap?.map ?? null;
    try {
      if (file.identity === process.perfMap?.identity) return process.perfMap.map;
      // Anybody may write to /tmp; only the process's own user and root are believed, as perf does.
      if (file.stat.uid !== 0 && file.stat.uid !== ownerOf(pid)) return null;
      const map = parsePerfMap(Buffer.from(file.read(0, MAX_PERF_MAP)).toString('utf8'));
      process.perfMap = { identity: file.identity, map };
      return map;
    } finally {
      file.close();
    }
  }

  #vdsoSymbols(): ModuleSymbols | null {
    if (this.#vdso === undefined) this.#vdso = readVdso();
    return this.#vdso;
  }
}

/** Instead of an identity: the file could not be opened. */
const NO_FILE = '';
const NOTHING: ModuleSymbols = { buildId: undefined, find: () => null, findLinked: () => null, bytes: 0 };

let symbols: UserSymbols | null = null;

/** The symbols of this node's processes, kept for all traces of this process. */
export function userSymbols(): UserSymbols {
  symbols ??= new UserSymbols();
  return symbols;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function startOf(pid: number): string | null {
  const stat = readText(`/proc/${pid}/stat`);
  // The second field is a name in parentheses that may hold anything.
  return stat === null ? null : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null);
}

function status(pid: number, field: string): string[] {
  const line = new RegExp(`^${field}:\\t(.*)$`, 'm').exec(readText(`/proc/${pid}/status`) ?? '');
  return line?.[1]?.split('\t') ?? [];
}

/** Its number in its own namespace, which is the last. */
function innerPid(pid: number): string {
  return status(pid, 'NSpid').at(-1) ?? `${pid}`;
}

/** Its effective user. */
function ownerOf(pid: number): number {
  return Number(status(pid, 'Uid')[1] ?? -1);
}
