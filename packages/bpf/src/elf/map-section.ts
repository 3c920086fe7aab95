import { type BtfBuilder, intType, unsignedType } from '../btf/write-btf.ts';
import type { MapSpec } from '../spec/map-spec.ts';
import type { ObjectMap, ValueType } from '../spec/object-spec.ts';
import { type ElfBuilder, SectionFlag, SymbolInfo } from './elf-builder.ts';

/** A pointer of the structure that defines a map. */
const POINTER_BYTES = 8;
const BPF_F_RDONLY_PROG = 1 << 7;
const GLOBAL_VARIABLE = 1;

/**
 * Writes the maps of libbpf's section `.maps`: each a variable whose type says what the map is, `int (*max_entries)[8]`
 * for 8 entries. Source of the form: `__uint` of libbpf's bpf_helpers.h.
 *
 * @returns the symbol of each, by the map's name in the collection
 */
export function writeMapDefinitions(
  maps: readonly ObjectMap[],
  {
    elf,
    btf,
    nameOf,
  }: { readonly elf: ElfBuilder; readonly btf: BtfBuilder; readonly nameOf: (map: MapSpec) => string },
): ReadonlyMap<string, number> {
  const symbols = new Map<string, number>();
  if (maps.length === 0) return symbols;
  const int = btf.type(intType('int', 4));
  const numbers = new Map<number, number>();
  const numberType = (value: number) => {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    const array = btf.type({ kind: 'ARRAY', rest: [int, int, value] });
    const pointer = btf.type({ kind: 'PTR', value: array });
    numbers.set(value, pointer);
    return pointer;
  };
  const pointerTo = (type: ValueType) => btf.type({ kind: 'PTR', value: valueType(btf, type, int) });
  const variables: number[] = [];
  const placed: { readonly name: string; readonly map: MapSpec; readonly at: number; readonly size: number }[] = [];
  let end = 0;
  for (const map of maps) {
    const attributes = Object.entries(attributesOf(map));
    const size = attributes.length * POINTER_BYTES;
    const members = attributes.map(([key, value]) => ({
      key,
      type: typeof value === 'number' ? numberType(value) : pointerTo(value),
    }));
    const type = btf.type({
      kind: 'STRUCT',
      count: attributes.length,
      value: size,
      rest: members.flatMap(({ key, type }, index) => [key, type, index * POINTER_BYTES * 8]),
    });
    const name = nameOf(map);
    const variable = btf.type({ kind: 'VAR', name, value: type, rest: [GLOBAL_VARIABLE] });
    variables.push(variable, end, size);
    placed.push({ name, map, at: end, size });
    end += size;
  }
  btf.type({ kind: 'DATASEC', name: '.maps', count: maps.length, value: end, rest: variables });
  const section = elf.section('.maps', SectionFlag.ALLOC | SectionFlag.WRITE, new Uint8Array(end));
  for (const { name, map, at, size } of placed) {
    symbols.set(map.name, elf.symbol({ name, info: SymbolInfo.GLOBAL_OBJECT, section, value: at, size }));
  }
  return symbols;
}

/** What libbpf is to know; a ring buffer has neither keys nor values. */
function attributesOf(map: ObjectMap): Record<string, number | ValueType> {
  const { type, keySize, valueSize, maxEntries, flags, keyType, valueType } = map;
  return {
    type,
    ...(keyType === undefined ? (keySize === 0 ? {} : { key_size: keySize }) : { key: keyType }),
    ...(valueType === undefined ? (valueSize === 0 ? {} : { value_size: valueSize }) : { value: valueType }),
    max_entries: maxEntries,
    ...(flags === 0 ? {} : { map_flags: flags }),
  };
}

/** `int`: the number of the type that arrays are counted by. */
function valueType(btf: BtfBuilder, type: ValueType, int: number): number {
  if (type.kind === 'text') {
    return btf.type({ kind: 'ARRAY', rest: [btf.type(intType('char', 1)), int, type.bytes] });
  }
  const name = `${type.signed ? 's' : 'u'}${type.bytes * 8}`;
  return btf.type(type.signed ? intType(name, type.bytes) : unsignedType(name, type.bytes));
}

/**
 * Writes a map whose one value programs address: libbpf makes such a map of a section of variables, with what the
 * section holds as its contents.
 *
 * @returns the symbol of its first byte
 */
export function writeDataSection(map: MapSpec, elf: ElfBuilder, name: string): number {
  const readOnly = (map.flags & BPF_F_RDONLY_PROG) !== 0;
  const flags = SectionFlag.ALLOC | (readOnly ? 0 : SectionFlag.WRITE);
  // Of zeros as well: of sections without contents, libbpf only takes one.
  const contents = map.contents ?? new Uint8Array(map.valueSize);
  const section = elf.section(`${readOnly ? '.rodata' : '.data'}.${name}`, flags, contents);
  return elf.symbol({ name, info: SymbolInfo.GLOBAL_OBJECT, section, value: 0, size: map.valueSize });
}
