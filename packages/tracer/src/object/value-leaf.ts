import type { CType } from '@bpfleet/bpf';
import type { DataLayout } from '@bpfleet/compiler';
import type { TypeRef, ValueTypes } from './object-types.ts';
import { valueLayout } from './value-layout.ts';

/** One part of a value that merges by itself. Bytes. */
export interface ValueLeaf {
  /** Names of the fields that lead to it: none where the value is no structure. */
  readonly path: readonly string[];
  readonly offset: number;
  /** The arrays around it, the outermost first. */
  readonly arrays: readonly { readonly stride: number; readonly length: number }[];
  readonly data: DataLayout;
  readonly size: number;
}

/** So many parts, and so many elements of one, a value may have. */
const MAX_LEAVES = 64;
const MAX_ELEMENTS = 4_096;
const MAX_DEPTH = 8;

/**
 * The parts of a value: fields of structures one by one, arrays by their elements. A union is one part, for its
 * members share their bytes. A lock or timer of the kernel is none.
 *
 * @returns a sentence where a value has more parts than are read, or one whose type is not known
 */
export function valueLeaves({ types, id }: TypeRef): readonly ValueLeaf[] | string {
  const leaves: ValueLeaf[] = [];
  const wrong = collect(types, id, { path: [], offset: 0, arrays: [] }, leaves);
  return wrong ?? leaves;
}

type Place = Pick<ValueLeaf, 'path' | 'offset' | 'arrays'>;

function collect(types: ValueTypes, id: number, place: Place, leaves: ValueLeaf[]): string | undefined {
  if (place.path.length + place.arrays.length > MAX_DEPTH) return 'it nests too deeply';
  const type = types.resolve(id);
  if (type.kind === 'record') {
    if (/^bpf_(spin_lock|timer|wq|list_head|list_node|rb_root|rb_node|refcount)$/.test(type.name)) return undefined;
    const members = types.members(type.id);
    if (!overlaps(types, members)) {
      for (const { name, type: inner, bitOffset, bits } of members) {
        if (bits !== 0) return `its field ${name} is a bit-field`;
        const path = name === '' ? place.path : [...place.path, name];
        const wrong = collect(types, inner, { ...place, path, offset: place.offset + bitOffset / 8 }, leaves);
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    }
  }
  if (type.kind === 'array' && !isText(types, type)) {
    const element = valueLayout({ types, id: type.element });
    const size = element?.size ?? 0;
    const arrays = [...place.arrays, { stride: size, length: type.length }];
    if (size === 0) return 'the type of its elements is not known';
    if (arrays.reduce((product, { length }) => product * length, 1) > MAX_ELEMENTS) return 'it has too many elements';
    return type.length === 0 ? undefined : collect(types, type.element, { ...place, arrays }, leaves);
  }
  const layout = valueLayout({ types, id });
  if (layout === null) return type.kind === 'other' ? `its type ${type.name} is not known` : 'its type is not known';
  leaves.push({ ...place, ...layout });
  return leaves.length > MAX_LEAVES ? 'it has too many fields' : undefined;
}

function isText(types: ValueTypes, { element }: CType & { kind: 'array' }): boolean {
  const type = types.resolve(element);
  return type.kind === 'integer' && type.character;
}

function overlaps(types: ValueTypes, members: ReturnType<ValueTypes['members']>): boolean {
  let end = 0;
  for (const { type, bitOffset, bits } of members) {
    if (bitOffset < end) return true;
    end = bitOffset + (bits === 0 ? (valueLayout({ types, id: type })?.size ?? 1) * 8 : bits);
  }
  return false;
}
