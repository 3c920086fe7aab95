import type { CType, DwarfFunction, DwarfParameter, TypeSource } from '@bpfleet/bpf';
import type { CompileEnv } from '../env.ts';
import { registerLayouts } from './registers.ts';

/** Where a parameter is when its function is entered. */
export type ArgumentPlace =
  /** Registers for arguments by number; more than one of a structure. */
  | { readonly kind: 'registers'; readonly first: number; readonly count: number }
  /** Bytes from the first argument on the stack. */
  | { readonly kind: 'stack'; readonly offset: number }
  /** There is its address. */
  | { readonly kind: 'behind'; readonly address: ArgumentPlace }
  /** In registers for floating point, which programs do not see, or where nobody can tell. */
  | { readonly kind: 'unknown' };

const WORD = 8;
/** Larger structures are not passed in registers. Bytes. */
const MAX_IN_REGISTERS = 16;
const VECTOR_REGISTERS = 8;
/** Four numbers of 8 bytes. */
const MAX_IN_VECTORS = 32;
/** Numbers in the largest structure whose parts matter, and structures around them. */
const MAX_PARTS = 128;

const unknown: ArgumentPlace = { kind: 'unknown' };

/** What the words of a value are, as far as places depend on it. */
type Words =
  | { readonly kind: 'integers'; readonly count: number }
  /** `integers` of them are in such registers, the rest in those for floating point. */
  | { readonly kind: 'mixed'; readonly integers: number; readonly vectors: number }
  | { readonly kind: 'large'; readonly size: number }
  /** Of a size or alignment that is not known: what follows on the stack cannot be found. */
  | { readonly kind: 'unknown' };

/**
 * The place of each parameter, in order: System V ABI for AMD64, section 3.2.3, and AAPCS64, section 6.8.2. A function
 * that returns more than fits its registers is given the place for it before all else on x86-64.
 */
export function argumentPlaces(
  arch: CompileEnv['arch'],
  types: TypeSource,
  { parameters, returns, returnsByReference }: DwarfFunction,
): ArgumentPlace[] {
  const result = wordsOf(types, types.resolve(returns), arch);
  const hidden = arch === 'x86-64' && (returnsByReference || result.kind === 'large') ? 1 : 0;
  const allocation = new Allocation(arch, hidden);
  return parameters.map((parameter) => allocation.place(types, parameter));
}

class Allocation {
  readonly #arch: CompileEnv['arch'];
  readonly #registers: number;
  #next: number;
  #vectors = 0;
  /** Bytes of the stack that are taken; undefined where that is not known any more. */
  #stack: number | undefined = 0;

  constructor(arch: CompileEnv['arch'], next: number) {
    this.#arch = arch;
    this.#registers = registerLayouts[arch].arguments.length;
    this.#next = next;
  }

  place(types: TypeSource, { type, byReference }: DwarfParameter): ArgumentPlace {
    if (byReference) return { kind: 'behind', address: this.#integers(1) };
    const words = wordsOf(types, types.resolve(type), this.#arch);
    switch (words.kind) {
      case 'integers':
        return this.#integers(words.count);
      case 'mixed':
        return this.#mixed(words);
      case 'large':
        if (this.#arch === 'arm64') return { kind: 'behind', address: this.#integers(1) };
        return this.#onStack(Math.ceil(words.size / WORD));
      case 'unknown':
        this.#stack = undefined;
        return unknown;
    }
  }

  #integers(count: number): ArgumentPlace {
    const first = this.#next;
    if (first + count <= this.#registers) {
      this.#next += count;
      return { kind: 'registers', first, count };
    }
    // A structure that does not fit leaves the rest of the registers unused on arm64, to the next ones on x86-64.
    if (this.#arch === 'arm64') this.#next = this.#registers;
    return this.#onStack(count);
  }

  #mixed({ integers, vectors }: Words & { kind: 'mixed' }): ArgumentPlace {
    if (this.#next + integers <= this.#registers && this.#vectors + vectors <= VECTOR_REGISTERS) {
      this.#next += integers;
      this.#vectors += vectors;
      return unknown;
    }
    if (this.#arch === 'arm64') this.#vectors = VECTOR_REGISTERS;
    return this.#onStack(integers + vectors);
  }

  #onStack(words: number): ArgumentPlace {
    if (this.#stack === undefined) return unknown;
    const offset = this.#stack;
    this.#stack += words * WORD;
    return { kind: 'stack', offset };
  }
}

function wordsOf(types: TypeSource, type: CType, arch: CompileEnv['arch']): Words {
  switch (type.kind) {
    case 'integer':
    case 'boolean':
    case 'pointer':
    case 'void':
      return { kind: 'integers', count: 1 };
    case 'other':
      return isFloat(type.name) ? { kind: 'mixed', integers: 0, vectors: 1 } : { kind: 'unknown' };
    case 'array':
      return { kind: 'unknown' };
    case 'record':
      return ofRecord(types, type, arch);
  }
}

function ofRecord(types: TypeSource, { id, size }: CType & { kind: 'record' }, arch: CompileEnv['arch']): Words {
  if (size > MAX_IN_VECTORS) return { kind: 'large', size };
  const parts = new Parts(types);
  // C++: what has no fields is not passed at all, or is, depending on the compiler.
  if (!parts.collect(id) || parts.found.length === 0) return { kind: 'unknown' };
  const { found } = parts;
  if (arch === 'arm64' && isHomogeneous(found)) return { kind: 'mixed', integers: 0, vectors: found.length };
  if (size > MAX_IN_REGISTERS) return { kind: 'large', size };
  const count = Math.ceil(size / WORD);
  if (arch === 'arm64') return { kind: 'integers', count };
  // A word is of floating point where all that is in it is.
  const integers = new Set(found.filter(({ float }) => !float).map(({ offset }) => Math.floor(offset / WORD))).size;
  return integers === count ? { kind: 'integers', count } : { kind: 'mixed', integers, vectors: count - integers };
}

/** A number in a structure. Bytes from its start. */
interface Part {
  readonly offset: number;
  readonly float: boolean;
  readonly name: string;
}

/** Up to four numbers of the same floating-point type (AAPCS64, section 5.9.5.1). */
function isHomogeneous(parts: readonly Part[]): boolean {
  return parts.length <= 4 && parts.every(({ float, name }) => float && name === parts[0]?.name);
}

/** Looks for the numbers in a small structure, also in those within it. */
class Parts {
  readonly found: Part[] = [];
  readonly #types: TypeSource;
  /** Types that take no bytes could be within each other without end. */
  #left = MAX_PARTS;

  constructor(types: TypeSource) {
    this.#types = types;
  }

  /** Whether all of them are of a known kind. */
  collect(record: number, outer = 0): boolean {
    return this.#types.members(record).every(({ type, bitOffset }) => {
      return this.#collect(this.#types.resolve(type), outer + Math.floor(bitOffset / 8));
    });
  }

  #collect(type: CType, offset: number): boolean {
    if (--this.#left < 0) return false;
    switch (type.kind) {
      case 'record':
        return this.collect(type.id, offset);
      case 'array': {
        const element = this.#types.resolve(type.element);
        const size = bytesOf(element);
        if (size === undefined) return false;
        const offsets = Array.from({ length: Math.min(type.length, MAX_PARTS) }, (_, index) => offset + index * size);
        return offsets.every((at) => this.#collect(element, at));
      }
      case 'other':
        if (!isFloat(type.name)) return false;
        this.found.push({ offset, float: true, name: type.name });
        return true;
      default:
        this.found.push({ offset, float: false, name: '' });
        return true;
    }
  }
}

function bytesOf(type: CType): number | undefined {
  switch (type.kind) {
    case 'integer':
    case 'record':
      return type.size;
    case 'boolean':
      return 1;
    case 'pointer':
      return WORD;
    case 'other':
      return type.name === 'double' ? WORD : type.name === 'float' ? 4 : undefined;
    default:
      return undefined;
  }
}

/** `long double` is of 16 bytes, in other places. */
function isFloat(name: string): boolean {
  return name === 'float' || name === 'double';
}
