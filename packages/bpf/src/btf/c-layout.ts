import type { Btf } from './btf.ts';
import { BtfError } from './btf-error.ts';
import { Kind } from './index-types.ts';

const MAX_DEPTH = 256;
const POINTER_BYTES = 8;

/** Sizes and alignments as a compiler for 64-bit machines takes them. Bytes. Throws BtfError where a type has no end. */
export class CLayout {
  readonly #btf: Btf;
  readonly #alignments = new Map<number, number>();
  readonly #packed = new Map<number, boolean>();

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  size(id: number, depth = 0): number {
    if (depth > MAX_DEPTH) throw new BtfError(`type ${id} leads to itself`);
    const { kind, to } = this.#node(id);
    switch (kind) {
      case Kind.PTR:
        return POINTER_BYTES;
      case Kind.ARRAY: {
        const { element, length } = this.#btf.elements(id);
        return length * this.size(element, depth + 1);
      }
      case Kind.TYPEDEF:
      case Kind.CONST:
      case Kind.VOLATILE:
      case Kind.RESTRICT:
      case Kind.TYPE_TAG:
        return this.size(to, depth + 1);
      case Kind.INT:
      case Kind.FLOAT:
      case Kind.ENUM:
      case Kind.ENUM64:
      case Kind.STRUCT:
      case Kind.UNION:
        return to;
      default:
        return 0;
    }
  }

  alignment(id: number, depth = 0): number {
    const known = this.#alignments.get(id);
    if (known !== undefined) return known;
    if (depth > MAX_DEPTH) throw new BtfError(`type ${id} leads to itself`);
    const found = this.#align(id, depth);
    this.#alignments.set(id, found);
    return found;
  }

  /** Whether a record only lies as it does if it is written as packed. */
  isPacked(id: number, depth = 0): boolean {
    const known = this.#packed.get(id);
    if (known !== undefined) return known;
    const members = this.#btf.members(id);
    const widest = members.reduce((most, { type }) => Math.max(most, this.alignment(type, depth + 1)), 1);
    const isOff = members.some(
      ({ type, bits, bitOffset }) => bits === 0 && bitOffset % (this.alignment(type, depth + 1) * 8) !== 0,
    );
    const found = isOff || this.size(id) % widest !== 0 || members.some((member) => this.#crosses(member));
    this.#packed.set(id, found);
    return found;
  }

  /** A bit-field lies within one unit of its type, but for packed ones. */
  #crosses({ type, bits, bitOffset }: ReturnType<Btf['members']>[number]): boolean {
    const unit = this.size(type) * 8;
    return bits !== 0 && unit !== 0 && Math.floor(bitOffset / unit) !== Math.floor((bitOffset + bits - 1) / unit);
  }

  #align(id: number, depth: number): number {
    const { kind, to } = this.#node(id);
    switch (kind) {
      case Kind.ARRAY:
        return this.alignment(this.#btf.elements(id).element, depth + 1);
      case Kind.TYPEDEF:
      case Kind.CONST:
      case Kind.VOLATILE:
      case Kind.RESTRICT:
      case Kind.TYPE_TAG:
        return this.alignment(to, depth + 1);
      case Kind.STRUCT:
      case Kind.UNION: {
        if (this.isPacked(id, depth)) return 1;
        // A bit-field aligns its record as its type does.
        return this.#btf.members(id).reduce((most, { type }) => Math.max(most, this.alignment(type, depth + 1)), 1);
      }
      default:
        return Math.max(1, this.size(id));
    }
  }

  #node(id: number): { readonly kind: number; readonly to: number } {
    return id === 0 ? { kind: Kind.VOID, to: 0 } : this.#btf.node(id);
  }
}
