import type { CMember, CType } from '@bpfleet/bpf';

/** Bytes a type takes, and the multiple of bytes it begins at. */
export interface Extent {
  readonly size: number;
  readonly align: number;
}

/** A field as it is to be laid out; of one without a name and with `bits` only the room is taken. */
export interface LaidField extends Extent {
  readonly name: string;
  readonly type: number;
  readonly bits?: number;
}

export interface RecordShape {
  readonly union: boolean;
  readonly packed: boolean;
  /** Least alignment, in bytes. */
  readonly align: number;
}

/**
 * Places the fields of a structure or union as C's compilers do on x86-64 and arm64 Linux (System V ABI, AAPCS64): each
 * at a multiple of its alignment; bit-fields next to each other, but none across two units of its type. A packed
 * structure has neither rule.
 */
export function layOut(
  fields: readonly LaidField[],
  { union, packed, align: least }: RecordShape,
): Extent & { readonly members: readonly CMember[] } {
  const members: CMember[] = [];
  let align = least;
  /** The first free bit. */
  let at = 0;
  let end = 0;
  for (const field of fields) {
    const unit = packed ? 1 : field.align;
    const { bits } = field;
    if (union) at = 0;
    if (bits === 0) {
      at = roundUp(at, field.size * 8);
      end = Math.max(end, at);
      continue;
    }
    if (bits === undefined) at = roundUp(at, unit * 8);
    else if (!packed && straddles(at, bits, field.size * 8)) at = roundUp(at, unit * 8);
    if (field.name !== '' || bits === undefined) {
      members.push({ name: field.name, type: field.type, bitOffset: at, bits: bits ?? 0 });
      align = Math.max(align, unit);
    }
    at += bits ?? field.size * 8;
    end = Math.max(end, at);
  }
  return { members, align, size: roundUp(Math.ceil(end / 8), align) };
}

function straddles(at: number, bits: number, unit: number): boolean {
  return Math.floor(at / unit) !== Math.floor((at + bits - 1) / unit);
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** The size of what has no parts; undefined of records, arrays and what has none. */
export function scalarExtent(type: CType): Extent | undefined {
  switch (type.kind) {
    case 'integer':
      return { size: type.size, align: type.size };
    case 'boolean':
      return { size: 1, align: 1 };
    case 'pointer':
      return { size: 8, align: 8 };
    default:
      return undefined;
  }
}
