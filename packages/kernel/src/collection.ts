import { type CollectionSpec, encode, type ProgramSpec } from '@bpfleet/bpf';
import type { FileDescriptor } from './ffi/file-descriptor.ts';
import { BpfMap } from './map/bpf-map.ts';
import { loadProgram } from './program/load-program.ts';
import { type ProgramInfo, programInfo } from './program/program-info.ts';
import { tracingTarget } from './program/tracing-target.ts';

/** A program that the kernel has accepted. */
export class Program {
  readonly spec: ProgramSpec;
  /** The kernel's number for it. */
  readonly id: number;
  readonly #fd: FileDescriptor;

  constructor(spec: ProgramSpec, fd: FileDescriptor) {
    this.spec = spec;
    this.#fd = fd;
    this.id = programInfo(fd.number).id;
  }

  get fd(): number {
    return this.#fd.number;
  }

  info(): ProgramInfo {
    return programInfo(this.fd);
  }

  close(): void {
    this.#fd.close();
  }
}

/**
 * A CollectionSpec loaded into this kernel. Nothing is pinned: it lives as long as its file descriptors and links,
 * and so no longer than this process.
 */
export class Collection {
  readonly maps: ReadonlyMap<string, BpfMap>;
  readonly programs: readonly Program[];

  private constructor(maps: ReadonlyMap<string, BpfMap>, programs: readonly Program[]) {
    this.maps = maps;
    this.programs = programs;
  }

  /** Creates the maps, puts them into the instructions, loads the programs. On failure nothing is left behind. */
  static load(spec: CollectionSpec): Collection {
    const maps = new Map<string, BpfMap>();
    const programs: Program[] = [];
    try {
      for (const map of spec.maps) {
        const created = new BpfMap(map);
        maps.set(map.name, created);
        if (map.contents !== undefined) created.update(Buffer.alloc(map.keySize), map.contents);
      }
      for (const program of spec.programs) {
        const code = encode(program.instructions, (name) => maps.get(name)?.fd);
        programs.push(new Program(program, loadProgram(program, code, tracingTarget(program.attach))));
      }
    } catch (error) {
      for (const program of programs) program.close();
      for (const map of maps.values()) map.close();
      throw error;
    }
    return new Collection(maps, programs);
  }

  /** A map by its name in the spec. */
  map(name: string): BpfMap {
    const map = this.maps.get(name);
    if (map === undefined) throw new Error(`the collection has no map "${name}"`);
    return map;
  }

  close(): void {
    for (const program of this.programs) program.close();
    for (const map of this.maps.values()) map.close();
  }
}
