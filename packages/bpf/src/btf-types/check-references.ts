import { ObjectError } from '../elf-object/object-error.ts';
import { Kind, kindOf, memberCount } from './kind.ts';

const MAX_ALIASES = 32;

/**
 * Holds every name and every reference of a type against what there is, and bounds chains of typedefs: libbpf follows
 * them without looking. Throws ObjectError.
 *
 * @param starts where each type starts; that of type 1 first
 */
export function checkReferences(view: DataView, starts: readonly number[], strings: Uint8Array): void {
  if (strings.at(0) !== 0 || strings.at(-1) !== 0) throw wrong('has no strings');
  const word = (at: number) => view.getUint32(at, true);
  const name = (at: number) => {
    if (word(at) >= strings.length) throw wrong('has a name outside of its strings');
  };
  const type = (at: number, ...kinds: number[]) => {
    const start = starts[word(at) - 1];
    if (word(at) > starts.length) throw wrong('refers to a type that is not there');
    if (kinds.length > 0 && (start === undefined || !kinds.includes(kindOf(view, start)))) {
      throw wrong('refers to a type of a wrong kind');
    }
  };
  const rows = (at: number, size: number, check: (row: number) => void) => {
    for (let index = 0; index < memberCount(view, at); index++) check(at + 12 + index * size);
  };
  for (const at of starts) {
    name(at);
    switch (kindOf(view, at)) {
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
  for (const at of starts) checkAliases(view, starts, at);
}

function checkAliases(view: DataView, starts: readonly number[], first: number): void {
  const aliases: readonly number[] = [Kind.TYPEDEF, Kind.VOLATILE, Kind.CONST, Kind.RESTRICT, Kind.TYPE_TAG];
  let at: number | undefined = first;
  for (let steps = 0; at !== undefined && aliases.includes(kindOf(view, at)); steps++) {
    if (steps === MAX_ALIASES) throw wrong('has typedefs that do not end');
    at = starts[view.getUint32(at + 8, true) - 1];
  }
}

function wrong(what: string): ObjectError {
  return new ObjectError(`its type information (BTF) ${what}`);
}
