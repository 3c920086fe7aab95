import { type LaidField, layOutFields, type StoredLayout } from '@bpfleet/bpf';
import type { FieldLayout } from '@bpfleet/compiler';
import { type ObjectTypes, type TypeRef, unlessDamaged } from './object-types.ts';
import { structureFields } from './value-layout.ts';

/** A structure and its name. */
export interface FittingRecord extends TypeRef {
  readonly name: string;
}

/** Fewer fields that are stored just so may be chance: the kernel has many structures, and objects have them all. */
const MIN_FIELDS = 3;

/**
 * The structure that records have, by what programs store in them: of as many bytes, and with a field wherever a number or a text is
 * stored, as wide as that. Undefined where none fits, or none better than the others.
 */
export function fittingRecord({ fields, size }: StoredLayout, types: ObjectTypes): FittingRecord | undefined {
  const laid = layOutFields(fields);
  if (typeof laid === 'string') return undefined;
  // Between stores lies what nobody saw: it may be anything.
  const stored = laid.filter(({ isArray, kind }) => !isArray || kind === 'char');
  const found = types.structures().flatMap((name) => {
    const type = types.structure(name);
    const parts = type === undefined ? undefined : unlessDamaged(() => partsOf(type, size));
    if (type === undefined || parts === undefined || !stored.every((each) => fits(each, parts))) return [];
    return [
      { type: { ...type, name }, same: stored.filter((each) => parts.some((part) => isSame(each, part))).length },
    ];
  });
  const [best, next] = found.sort((a, b) => b.same - a.same);
  return best === undefined || best.same < MIN_FIELDS || best.same === next?.same ? undefined : best.type;
}

/** Where a structure of so many bytes has numbers, texts and arrays; undefined of another size. */
function partsOf(type: TypeRef, size: number): readonly FieldLayout[] | undefined {
  const record = type.types.resolve(type.id);
  const fields = record.kind === 'record' && record.size === size ? structureFields(type) : null;
  return fields?.flatMap((field) => inner(field, 0));
}

function inner(field: FieldLayout, base: number): FieldLayout[] {
  const offset = base + field.offset;
  const { data } = field;
  return data.kind === 'record' ? data.fields.flatMap((each) => inner(each, offset)) : [{ ...field, offset }];
}

function isSame({ offset, size, length }: LaidField, part: FieldLayout): boolean {
  return part.offset === offset && part.size === size * length;
}

/** A text is copied in pieces, and an array filled by its elements; a number is stored as it is. */
function fits(field: LaidField, parts: readonly FieldLayout[]): boolean {
  const { offset, size, length } = field;
  const end = offset + size * length;
  const part = parts.find((each) => each.offset <= offset && end <= each.offset + each.size);
  return part !== undefined && (isSame(field, part) || part.data.kind === 'string' || part.data.kind === 'array');
}
