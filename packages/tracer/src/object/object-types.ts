import {
  Btf,
  BtfError,
  DwarfError,
  type DwarfTypes,
  ElfError,
  type ObjectSection,
  objectDebugTypes,
  readObject,
  relocatedSection,
  type TypeSource,
} from '@bpfleet/bpf';
import { TraceError } from '../trace-error.ts';

/** What decoding needs of BTF or DWARF. */
export type ValueTypes = Pick<TypeSource, 'resolve' | 'members' | 'enumerators'>;

/** A type by its number in what it is of. */
export interface TypeRef {
  readonly types: ValueTypes;
  readonly id: number;
}

/** What an object says of its own types. */
export interface ObjectTypes {
  readonly sections: readonly ObjectSection[];
  /** Null where the object was built without `-g`. */
  readonly btf: (ValueTypes & Pick<Btf, 'length' | 'variables'>) | null;
  /** A structure, or the typedef of one, by its name: of BTF, and of DWARF where that lacks it. */
  structure(name: string): TypeRef | undefined;
  /** Names of all structures and typedefs of structures there are; those of BTF first. */
  structures(): readonly string[];
}

/** The types of an object whose every part is where it says. Throws TraceError: compile. */
export function readTypes({ object, name }: { readonly object: Uint8Array; readonly name?: string }): ObjectTypes {
  try {
    const sections = readObject(object);
    const section = relocatedSection(sections, '.BTF');
    return new ReadTypes(sections, section.length === 0 ? null : Btf.checked(section));
  } catch (error) {
    if (!(error instanceof ElfError || error instanceof BtfError)) throw error;
    const what = error instanceof BtfError ? `its type information is damaged: ${error.message}` : error.message;
    throw new TraceError('compile', `${name ?? 'the object'}: ${what}`, { cause: error });
  }
}

class ReadTypes implements ObjectTypes {
  readonly btf: Btf | null;
  readonly sections: readonly ObjectSection[];
  #debug: DwarfTypes | null | undefined;

  constructor(sections: readonly ObjectSection[], btf: Btf | null) {
    this.sections = sections;
    this.btf = btf;
  }

  structure(name: string): TypeRef | undefined {
    return find(this.btf, name) ?? this.#ofDebug((debug) => find(debug, name));
  }

  structures(): readonly string[] {
    const named = [...(this.btf?.definitions('struct') ?? [])].map((each) => each.name);
    return [...new Set([...named, ...(this.#ofDebug((debug) => debug.structures()) ?? [])])];
  }

  #ofDebug<T>(ask: (debug: DwarfTypes) => T | undefined): T | undefined {
    return unlessDamaged(() => {
      this.#debug ??= unlessDamaged(() => objectDebugTypes(this.sections)) ?? null;
      return this.#debug === null ? undefined : ask(this.#debug);
    });
  }
}

/** DWARF only adds: what cannot be read because it is damaged is not there. */
export function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DwarfError || error instanceof ElfError) return undefined;
    throw error;
  }
}

function find(types: Btf | DwarfTypes | null, name: string): TypeRef | undefined {
  const id = types?.record('struct', name) ?? types?.named(name);
  if (types === null || id === undefined) return undefined;
  const type = types.resolve(id);
  return type.kind === 'record' ? { types, id: type.id } : undefined;
}
