import { BtfError } from './btf-error.ts';

/** `BTF_KIND_*` (linux/btf.h). */
export const Kind = {
  ...{ VOID: 0, INT: 1, PTR: 2, ARRAY: 3, STRUCT: 4, UNION: 5, ENUM: 6, FWD: 7, TYPEDEF: 8, VOLATILE: 9, CONST: 10 },
  ...{
    RESTRICT: 11,
    FUNC: 12,
    FUNC_PROTO: 13,
    VAR: 14,
    DATASEC: 15,
    FLOAT: 16,
    DECL_TAG: 17,
    TYPE_TAG: 18,
    ENUM64: 19,
  },
} as const;

/** `struct btf_type`: name_off, info, size or type. */
export const TYPE_BYTES = 12;
const MAGIC = 0xeb9f;
const HEADER_BYTES = 24;

/** Bytes after a type's head: fixed, and for each of its members. */
const tails: readonly (readonly [fixed: number, each: number])[] = [
  ...([
    [0, 0],
    [4, 0],
    [0, 0],
    [12, 0],
    [0, 12],
    [0, 12],
    [0, 8],
    [0, 0],
    [0, 0],
    [0, 0],
  ] as const),
  ...([
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 8],
    [4, 0],
    [0, 12],
    [0, 0],
    [4, 0],
    [0, 0],
    [0, 12],
  ] as const),
];

/** Where the parts of a BTF blob are. */
export interface BtfIndex {
  /** By number of the type: where it begins. Number 0 is `void` and has no place. */
  readonly offsets: Uint32Array;
  readonly stringsStart: number;
  readonly stringsEnd: number;
}

/**
 * Finds where each type begins. Format: the kernel's Documentation/bpf/btf.rst. A kind newer than this table ends it
 * with an error, because the size of such a type is not known. Throws BtfError.
 */
export function indexTypes(view: DataView): BtfIndex {
  if (view.byteLength < HEADER_BYTES || view.getUint16(0, true) !== MAGIC) throw new BtfError('this is no BTF');
  if (view.getUint8(2) !== 1) throw new BtfError(`BTF of version ${view.getUint8(2)} is not known`);
  const header = view.getUint32(4, true);
  const start = header + view.getUint32(8, true);
  const end = start + view.getUint32(12, true);
  const stringsStart = header + view.getUint32(16, true);
  const stringsEnd = stringsStart + view.getUint32(20, true);
  if (header < HEADER_BYTES || end > view.byteLength || stringsEnd > view.byteLength) {
    throw new BtfError('the BTF is cut off');
  }
  const offsets = new Uint32Array(Math.floor((end - start) / TYPE_BYTES) + 1);
  let count = 1;
  let at = start;
  while (at + TYPE_BYTES <= end) {
    offsets[count++] = at;
    const info = view.getUint32(at + 4, true);
    const tail = tails[(info >>> 24) & 0x1f];
    if (tail === undefined) throw new BtfError(`BTF kind ${(info >>> 24) & 0x1f} is not known`);
    at += TYPE_BYTES + tail[0] + tail[1] * (info & 0xffff);
  }
  if (at !== end) throw new BtfError('the last type of the BTF is cut off');
  return { offsets: offsets.subarray(0, count), stringsStart, stringsEnd };
}
