import {
  type CEnumerator,
  type CFunction,
  type CMember,
  type CType,
  DwarfError,
  type DwarfFunction,
  DwarfTypes,
  type RecordKind,
  type TypeSource,
} from '@bpfleet/bpf';
import type { Executable } from '../env.ts';
import type { ScriptTypes } from './c-definitions.ts';

/** Numbers of types of each program; debugging information is smaller, and the kernel's and script's lie below. */
const SPAN = 2 ** 40;

/** Tells that the debugging information of a program is damaged. */
export type ReportDamage = (path: string, message: string) => void;

/**
 * The types of the programs that a script probes, by DWARF, laid under those of the script and the kernel: read when a
 * name is in neither, or when a probe asks for the types of its own program. What is damaged is reported and unknown.
 */
export class ProgramTypes implements TypeSource {
  readonly #base: TypeSource | undefined;
  readonly #executables: readonly Executable[];
  readonly #report: ReportDamage;
  readonly #opened = new Map<Executable, DwarfTypes | undefined>();
  readonly #byRange: DwarfTypes[] = [];
  readonly #damaged = new Set<DwarfTypes>();

  constructor(base: TypeSource | undefined, executables: readonly Executable[], report: ReportDamage) {
    this.#base = base;
    this.#executables = executables;
    this.#report = report;
  }

  resolve(id: number): CType {
    const types = this.#typesOf(id);
    if (types === undefined) return this.#base?.resolve(id) ?? { kind: 'void' };
    return this.#read(types, () => types.resolve(id)) ?? { kind: 'other', name: '' };
  }

  record(kind: RecordKind, name: string): number | undefined {
    return this.#base?.record(kind, name) ?? this.#first((types) => types.record(kind, name));
  }

  member(record: number, name: string): CMember | undefined {
    const types = this.#typesOf(record);
    if (types === undefined) return this.#base?.member(record, name);
    return this.#read(types, () => types.member(record, name));
  }

  members(record: number): readonly CMember[] {
    const types = this.#typesOf(record);
    if (types === undefined) return this.#base?.members(record) ?? [];
    return this.#read(types, () => types.members(record)) ?? [];
  }

  named(name: string): number | undefined {
    return this.#base?.named(name) ?? this.#first((types) => types.named(name));
  }

  enumerator(name: string): { readonly value: bigint; readonly enumeration: number } | undefined {
    return this.#base?.enumerator(name) ?? this.#first((types) => types.enumerator(name));
  }

  enumerators(enumeration: number): readonly CEnumerator[] {
    const types = this.#typesOf(enumeration);
    if (types === undefined) return this.#base?.enumerators(enumeration) ?? [];
    return this.#read(types, () => types.enumerators(enumeration)) ?? [];
  }

  function(name: string): CFunction | undefined {
    return this.#base?.function(name);
  }

  functions(): readonly string[] {
    return this.#base?.functions() ?? [];
  }

  /** The function of a program whose code begins at an address. */
  functionAt(executable: Executable, address: number, symbol: string): DwarfFunction | undefined {
    const types = this.#open(executable);
    return types && this.#read(types, () => types.functionAt(address, symbol));
  }

  /** The types as a probe on a program knows them: the script's names first, then the program's, then all others. */
  inProgram(executable: Executable, script: ScriptTypes | undefined): TypeSource {
    const first = <T>(isOwn: boolean, find: (types: DwarfTypes) => T | undefined): T | undefined => {
      const types = isOwn ? undefined : this.#open(executable);
      return types && this.#read(types, () => find(types));
    };
    return {
      resolve: (id) => this.resolve(id),
      member: (record, name) => this.member(record, name),
      members: (record) => this.members(record),
      enumerators: (enumeration) => this.enumerators(enumeration),
      function: (name) => this.function(name),
      functions: () => this.functions(),
      enumerator: (name) => this.enumerator(name),
      record: (kind, name) =>
        first(script?.defines(`${kind} ${name}`) === true, (types) => types.record(kind, name)) ??
        this.record(kind, name),
      named: (name) => first(script?.defines(name) === true, (types) => types.named(name)) ?? this.named(name),
    };
  }

  #open(executable: Executable): DwarfTypes | undefined {
    if (this.#opened.has(executable)) return this.#opened.get(executable);
    const info = executable.debugInfo?.();
    const types =
      info === undefined || 'reason' in info ? undefined : new DwarfTypes(info, SPAN * (this.#byRange.length + 1));
    if (types !== undefined) this.#byRange.push(types);
    this.#opened.set(executable, types);
    return types;
  }

  #typesOf(id: number): DwarfTypes | undefined {
    return this.#byRange[Math.floor(id / SPAN) - 1];
  }

  #first<T>(find: (types: DwarfTypes) => T | undefined): T | undefined {
    for (const executable of this.#executables) {
      const types = this.#open(executable);
      const found = types && this.#read(types, () => find(types));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #read<T>(types: DwarfTypes, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DwarfError)) throw error;
      if (!this.#damaged.has(types)) this.#reportDamage(types, error);
      return undefined;
    }
  }

  #reportDamage(damaged: DwarfTypes, { message }: DwarfError): void {
    this.#damaged.add(damaged);
    for (const [{ path }, types] of this.#opened) if (types === damaged) this.#report(path, message);
  }
}
