import { type LaidField, layOutFields, type ManifestOutput, type StoredLayout, storedLayouts } from '@bpfleet/bpf';
import type { ObjectMap } from '@bpfleet/kernel';
import { fittingRecord } from './fitting-record.ts';
import { type ObjectTypes, type TypeRef, unlessDamaged, type ValueTypes } from './object-types.ts';
import { recordType } from './record-type.ts';
import { MAX_TEXT, type NamedField, structureFields, valueLayout } from './value-layout.ts';

/** How a record is read. */
export interface RecordLayout {
  /** Of what writes it: an event's line begins with it. */
  readonly name: string;
  /** Null where nothing says what a record is: it is shown as bytes. */
  readonly fields: readonly NamedField[] | null;
  /** An array of no length at the end: it has what is left of a record. */
  readonly rest?: Rest;
}

/** Of records that come one after the other, each of so many bytes. */
export interface RecordShape extends RecordLayout {
  readonly size: number;
}

/** How the records of a ring or perf buffer are read. */
export interface RecordOutput extends RecordLayout {
  /** Place in the object's maps. */
  readonly map: number;
  readonly buffer: 'ring' | 'perf';
  /** Number of the structure that was found for them by its name alone. */
  readonly guessed?: number;
  /** False where nothing but that name speaks for it. */
  readonly sure?: boolean;
  /** Name of the structure that was found since it alone fits what programs store. */
  readonly fits?: string;
  /** Found by what programs store: its fields as a manifest would say them. */
  readonly stored?: readonly string[];
  /** Bytes of the structure, where it has no array of no length at its end: no record is longer. */
  readonly bytes?: number;
}

/** `size`: bytes of an element; `text`: of characters. */
interface Rest {
  readonly name: string;
  readonly offset: number;
  readonly element: NamedField['data'];
  readonly size: number;
  readonly text: boolean;
}

/** @param asked what a manifest says of it */
export function recordOutput(
  map: ObjectMap,
  index: number,
  buffer: RecordOutput['buffer'],
  types: ObjectTypes,
  asked: Pick<ManifestOutput, 'record' | 'layout'> = {},
): RecordOutput {
  const laid = asked.layout === undefined ? '' : layOutFields(asked.layout);
  if (typeof laid !== 'string') return { map: index, name: map.name, buffer, fields: laid.map(fieldOf) };
  const found = asked.record === undefined ? recordType(map, types) : undefined;
  const stored = asked.record === undefined && found?.sure !== true ? storedLayout(map.name, types, found) : undefined;
  const fitting = stored === undefined ? undefined : fittingRecord(stored, types);
  if (stored !== undefined && fitting === undefined) {
    const output = storedOutput({ map: index, name: map.name, buffer }, stored);
    if (output !== undefined) return output;
  }
  const type = asked.record === undefined ? (fitting ?? found) : types.structure(asked.record);
  const read =
    type === undefined ? undefined : unlessDamaged(() => ({ fields: structureFields(type), rest: restOf(type) }));
  const { fields = null, rest } = read ?? {};
  const guessed =
    fitting !== undefined
      ? { guessed: fitting.id, sure: false, fits: fitting.name }
      : found === undefined
        ? {}
        : { guessed: found.id, sure: found.sure };
  const record = type === undefined ? undefined : unlessDamaged(() => type.types.resolve(type.id));
  const bytes = record?.kind === 'record' && rest === undefined ? { bytes: record.size } : {};
  return { map: index, name: map.name, buffer, fields, ...guessed, ...bytes, ...(rest !== undefined && { rest }) };
}

/** What programs store, where no structure is known, or one by its name alone that has another length than what they send. */
function storedLayout(name: string, { sections }: ObjectTypes, guess: TypeRef | undefined): StoredLayout | undefined {
  const stored = unlessDamaged(() => storedLayouts(sections).get(name));
  const record = guess === undefined ? undefined : unlessDamaged(() => guess.types.resolve(guess.id));
  return record?.kind === 'record' && record.size === stored?.size ? undefined : stored;
}

function storedOutput(
  of: Pick<RecordOutput, 'map' | 'name' | 'buffer'>,
  { fields, size }: StoredLayout,
): RecordOutput | undefined {
  const laid = layOutFields(fields);
  return typeof laid === 'string'
    ? undefined
    : { ...of, fields: laid.map(fieldOf), stored: fields, bytes: size, sure: false };
}

/** The kernel fills a record of a perf buffer up by as much, so that the next begins at a multiple of 8. */
const PERF_PADDING = 7;

/**
 * Whether a record of so many bytes can be of its structure. A program may send only the part that it has filled in; one that was
 * found by its name alone is not theirs then.
 */
export function canBe({ bytes, buffer, sure = true }: RecordOutput, length: number): boolean {
  if (bytes === undefined) return true;
  return length <= bytes + (buffer === 'perf' ? PERF_PADDING : 0) && (sure || length >= bytes);
}

/**
 * How what an iterator writes by bpf_seq_write is read, where a manifest says so; null where it does not, or there is no such
 * structure. `name`: of its program.
 */
export function iteratorShape(name: string, types: ObjectTypes, asked: ManifestOutput): RecordShape | null {
  const laid = asked.layout === undefined ? '' : layOutFields(asked.layout);
  if (typeof laid !== 'string') {
    const fields = laid.map(fieldOf);
    const size = fields.reduce((end, field) => Math.max(end, field.offset + field.size), 0);
    return size === 0 ? null : { name, fields, size };
  }
  const type = asked.record === undefined ? undefined : types.structure(asked.record);
  const record = type === undefined ? undefined : unlessDamaged(() => type.types.resolve(type.id));
  if (type === undefined || record?.kind !== 'record' || record.size === 0) return null;
  return { name, fields: unlessDamaged(() => structureFields(type)) ?? null, size: record.size };
}

function fieldOf({ name, offset, size, kind, length, isArray }: LaidField): NamedField {
  const whole = { name, offset, size: size * length };
  if (kind === 'char' && isArray) return { ...whole, data: { kind: 'string', bytes: Math.min(length, MAX_TEXT) } };
  const element: NamedField['data'] =
    kind === 'bool' ? { kind: 'boolean', bytes: 1 } : { kind: 'integer', bytes: size, signed: kind !== 'unsigned' };
  return { ...whole, data: isArray ? { kind: 'array', element, stride: size, length } : element };
}

function restOf({ types, id }: TypeRef): Rest | undefined {
  const last = types.members(id).at(-1);
  const array = last === undefined ? undefined : types.resolve(last.type);
  if (last === undefined || array?.kind !== 'array' || array.length !== 0) return undefined;
  const element = valueLayout({ types, id: array.element });
  if (element === null || element.size === 0) return undefined;
  const text = isCharacter(types, array.element);
  return { name: last.name, offset: last.bitOffset / 8, element: element.data, size: element.size, text };
}

function isCharacter(types: ValueTypes, id: number): boolean {
  const type = types.resolve(id);
  return type.kind === 'integer' && type.character;
}
