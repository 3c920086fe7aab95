import { BtfError } from './btf-error.ts';
import { type BtfIndex, Kind, TYPE_BYTES } from './index-types.ts';

const MAX_ALIASES = 32;
const ALIASES: readonly number[] = [Kind.TYPEDEF, Kind.VOLATILE, Kind.CONST, Kind.RESTRICT, Kind.TYPE_TAG];

/**
 * Holds every name and every reference of a type against what there is, and bounds chains of typedefs: libbpf follows
 * them without looking. Throws BtfError.
 */
export function checkReferences(view: DataView, index: BtfIndex): void {
  const { offsets, stringsStart, stringsEnd } = index;
  const strings = stringsEnd - stringsStart;
  if (strings < 1 || view.getUint8(stringsStart) !== 0 || view.getUint8(stringsEnd - 1) !== 0)
    throw new BtfError('the BTF has no strings');
  const word = (at: number) => view.getUint32(at, true);
  const kindOf = (at: number) => (word(at + 4) >>> 24) & 0x1f;
  const name = (at: number) => {
    if (word(at) >= strings) throw new BtfError('a name lies outside of the strings of the BTF');
  };
  const type = (at: number, ...kinds: number[]) => {
    const id = word(at);
    if (id >= offsets.length) throw new BtfError(`there is no type ${id}`);
    if (kinds.length > 0 && (id === 0 || !kinds.includes(kindOf(offsets[id] ?? 0))))
      throw new BtfError(`type ${id} is of a wrong kind`);
  };
  const rows = (at: number, size: number, check: (row: number) => void) => {
    for (let row = 0; row < (word(at + 4) & 0xffff); row++) check(at + TYPE_BYTES + row * size);
  };
  for (const at of offsets.subarray(1)) {
    name(at);
    switch (kindOf(at)) {
      case Kind.VOID:
        throw new BtfError('the BTF has a type of no kind');
      case Kind.ARRAY:
        type(at + 12);
        type(at + 16);
        break;
      case Kind.STRUCT:
      case Kind.UNION:
        rows(at, 12, (row) => {
          name(row);
          type(row + 4);
        });
        break;
      case Kind.ENUM:
        rows(at, 8, name);
        break;
      case Kind.ENUM64:
        rows(at, 12, name);
        break;
      case Kind.FUNC_PROTO:
        type(at + 8);
        rows(at, 8, (row) => {
          name(row);
          type(row + 4);
        });
        break;
      case Kind.DATASEC:
        rows(at, 12, (row) => type(row, Kind.VAR, Kind.FUNC));
        break;
      case Kind.FUNC:
        type(at + 8, Kind.FUNC_PROTO);
        break;
      case Kind.PTR:
      case Kind.TYPEDEF:
      case Kind.VOLATILE:
      case Kind.CONST:
      case Kind.RESTRICT:
      case Kind.VAR:
      case Kind.DECL_TAG:
      case Kind.TYPE_TAG:
        type(at + 8);
        break;
      default:
        break;
    }
  }
  for (const first of offsets.subarray(1)) {
    let at = first;
    for (let steps = 0; at !== 0 && ALIASES.includes(kindOf(at)); steps++) {
      if (steps === MAX_ALIASES) throw new BtfError('the BTF has typedefs that do not end');
      at = offsets[word(at + 8)] ?? 0;
    }
  }
}
