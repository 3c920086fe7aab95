import type { KeyType, MapSchema } from '@bpfleet/aggregate';
import type { DataLayout, FieldLayout } from '@bpfleet/compiler';
import { isName } from './is-name.ts';
import type { TypeRef } from './object-types.ts';
import { type NamedField, structureFields, valueLayout } from './value-layout.ts';

/** One part of a key; null data: its bytes, as hexadecimal digits. */
export interface KeyField {
  readonly type: KeyType;
  /** As its structure has it. */
  readonly name?: string;
  readonly field: FieldLayout;
  /** Of a number of a stack: whose it is. */
  readonly stack?: KeyStack;
  /** It is an array of the kernel's addresses, which mean something on this node alone. */
  readonly frames?: true;
}

/** A stack in a map of stacks; of a program's, `process` is where its process' number lies in the key. */
interface KeyStack {
  /** Name of that map. */
  readonly map: string;
  readonly depth: number;
  readonly process: FieldLayout | null;
}

/** The map of stacks of an object, where it has just one. */
export type StackMap = Pick<KeyStack, 'map' | 'depth'>;

/** How BCC's tools, and most others, call numbers of stacks; those of the kernel also with whose before it, `w_k_stack_id` of a waker. */
const STACK = /^(?:(?:[a-z]+_)?(k|kern|kernel)_?|(u|user|ust)_?)?(?:stack|stk)(?:_?id)?$/;
const PROCESS = ['tgid', 'pid'] as const;

/** What one schema may have at most (contracts' ContractLimits). */
export const MAX_KEY_PARTS = 16;
const BYTES = { kind: 'array', element: { kind: 'integer', bytes: 1, signed: false }, stride: 1 } as const;

/**
 * The parts of a key of `size` bytes: the fields of a structure, or the one value that it is; without a type a number. What has
 * parts whose type is not known, or too many, is one part, an array of bytes, so that two keys never become one.
 */
export function keyLayout(type: TypeRef | null, size: number, stacks?: StackMap): readonly KeyField[] {
  const fields: readonly (Partial<NamedField> & FieldLayout)[] | null = type === null ? numberOf(size) : fieldsOf(type);
  const isWhole = fields !== null && fields.length > 0 && fields.length <= MAX_KEY_PARTS && fields.every(isKnown);
  if (isWhole && fields.every(({ offset, size: bytes }) => offset + bytes <= size)) {
    return fields.map((each): KeyField => {
      const { name, data, offset, size: bytes } = each;
      const stack = stacks === undefined ? null : stackOf(each, fields, stacks);
      const part = { ...(name !== undefined && { name }), field: { data, offset, size: bytes } };
      if (isKernelFrames(each)) return { ...part, type: 'stack', frames: true };
      return stack === null ? { ...part, type: keyType(data) } : { ...part, type: 'stack', stack };
    });
  }
  return [{ type: 'array', field: { data: { ...BYTES, length: size }, offset: 0, size } }];
}

/** What a schema says of the parts of a key; an unusual name, as a damaged object has, is none. */
export function keySchema(parts: readonly Pick<KeyField, 'type' | 'name'>[]): Pick<MapSchema, 'key' | 'keyNames'> {
  const key = parts.map(({ type }) => type);
  const keyNames = parts.map(({ name = '' }) => (isName(name) ? name : ''));
  return keyNames.some((name) => name !== '') ? { key, keyNames } : { key };
}

/** As bpf_get_stack(2) leaves them. */
function isKernelFrames({ name, data }: Partial<NamedField> & FieldLayout): boolean {
  const [, kernel] = STACK.exec(name ?? '') ?? [];
  return kernel !== undefined && data.kind === 'array' && data.element.kind === 'integer' && data.element.bytes === 8;
}

/** Null where a field is no number of a stack, or nobody knows whose. */
function stackOf(
  { name, data }: Partial<NamedField> & FieldLayout,
  fields: readonly (Partial<NamedField> & FieldLayout)[],
  stacks: StackMap,
): KeyStack | null {
  const [found, kernel, user] = STACK.exec(name ?? '') ?? [];
  if (found === undefined || data.kind !== 'integer') return null;
  if (kernel !== undefined) return { ...stacks, process: null };
  const [named] = PROCESS.flatMap((wanted) => fields.filter((each) => each.name === wanted));
  const process = named ?? processOf(fields.find((each) => each.name === 'pid_tgid' && each.size === 8));
  return user === undefined || process === undefined ? null : { ...stacks, process };
}

/** The process in what bpf_get_current_pid_tgid gives: its upper half. */
function processOf(both: FieldLayout | undefined): FieldLayout | undefined {
  if (both === undefined) return undefined;
  return { data: { kind: 'integer', bytes: 4, signed: false }, offset: both.offset + 4, size: 4 };
}

function fieldsOf({ types, id }: TypeRef): readonly (Partial<NamedField> & FieldLayout)[] | null {
  const type = types.resolve(id);
  if (type.kind === 'record') return structureFields({ types, id: type.id });
  const layout = valueLayout({ types, id });
  return layout === null ? null : [{ ...layout, offset: 0 }];
}

function numberOf(size: number): readonly FieldLayout[] | null {
  const data = { kind: 'integer', signed: false } as const;
  return size === 4 || size === 8 ? [{ data: { ...data, bytes: size }, offset: 0, size }] : null;
}

function isKnown({ data, size }: FieldLayout): boolean {
  return size > 0 && data.kind !== 'unreadable' && (data.kind !== 'record' || data.fields.every(isKnown));
}

function keyType(data: DataLayout): KeyType {
  switch (data.kind) {
    case 'integer':
      return data.names !== undefined ? 'string' : data.signed && data.bits === undefined ? 'int' : 'uint';
    case 'boolean':
      return 'bool';
    case 'record':
    case 'array':
      return data.kind;
    default:
      return 'string';
  }
}
