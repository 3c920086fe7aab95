import type { CType, TypeSource } from '../btf/type-source.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { ManifestValue } from '../manifest/manifest.ts';

/** What of BTF a value is written by. */
type EncodingTypes = Pick<TypeSource, 'resolve' | 'members' | 'enumerators'>;

/** Writes to the bytes of one variable. */
interface Target {
  readonly types: EncodingTypes;
  readonly view: DataView;
}

/**
 * Writes a value as a variable of the type has it, at `offset`. Numbers also as text (`0x1f`, `-1`, `'a'`), enumerations by name, arrays
 * as lists or text with commas, char arrays as text.
 *
 * @returns what is wrong with the value, to follow the variable's name; undefined where it is written
 */
export function encodeValue(target: Target, type: number, offset: number, value: ManifestValue): string | undefined {
  const resolved = target.types.resolve(type);
  switch (resolved.kind) {
    case 'integer':
      return encodeInteger(target, resolved, offset, value);
    case 'boolean':
      return encodeBoolean(target, offset, value);
    case 'array':
      return encodeArray(target, resolved, offset, value);
    case 'record':
      return `is a structure; set its fields one by one, NAME.FIELD=VALUE (${fieldNames(target.types, resolved.id)})`;
    default:
      return 'is of a type that cannot be set: only numbers, enumerations, bool and arrays of them';
  }
}

function encodeInteger(
  { types, view }: Target,
  type: CType & { kind: 'integer' },
  offset: number,
  value: ManifestValue,
): string | undefined {
  const named = type.enumeration === undefined ? [] : types.enumerators(type.enumeration);
  const number = typeof value === 'string' ? named.find(({ name }) => name === value)?.value : undefined;
  const wanted = number ?? integerOf(value);
  if (wanted === undefined) {
    if (named.length === 0) return `takes a whole number, not ${JSON.stringify(value)}`;
    const hint = didYouMean(
      String(value),
      named.map(({ name }) => name),
    );
    return `has no value ${JSON.stringify(value)}${hint === undefined ? '' : `; ${hint}`}`;
  }
  const bits = BigInt(type.size * 8);
  const [least, most] = type.signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  if (wanted < least || wanted > most) return `takes ${least} to ${most}, not ${wanted}`;
  const unsigned = BigInt.asUintN(64, wanted);
  for (let byte = 0; byte < type.size; byte++)
    view.setUint8(offset + byte, Number((unsigned >> BigInt(byte * 8)) & 255n));
  return undefined;
}

function encodeBoolean({ view }: Target, offset: number, value: ManifestValue): string | undefined {
  const truth = { true: 1, '1': 1, yes: 1, false: 0, '0': 0, no: 0 }[String(value)];
  if (truth === undefined) return `takes true or false, not ${JSON.stringify(value)}`;
  view.setUint8(offset, truth);
  return undefined;
}

function encodeArray(
  target: Target,
  type: CType & { kind: 'array' },
  offset: number,
  value: ManifestValue,
): string | undefined {
  const element = target.types.resolve(type.element);
  if (element.kind === 'integer' && element.character && typeof value === 'string') {
    const text = new TextEncoder().encode(value);
    // Programs expect the zero that ends it.
    if (text.length >= type.length) return `takes up to ${type.length - 1} bytes of text, not ${text.length}`;
    for (let at = 0; at < type.length; at++) target.view.setUint8(offset + at, text[at] ?? 0);
    return undefined;
  }
  const size = element.kind === 'integer' ? element.size : element.kind === 'boolean' ? 1 : 0;
  if (size === 0) return 'is an array of what cannot be set: only numbers, enumerations and bool';
  const list = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
  const elements = typeof list === 'object' ? list : [list];
  if (elements.length > type.length) return `takes up to ${type.length} values, not ${elements.length}`;
  for (let index = 0; index < type.length; index++) {
    const wrong = encodeValue(target, type.element, offset + index * size, elements[index] ?? 0);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function integerOf(value: ManifestValue): bigint | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^'[\x20-\x7e]'$/.test(text)) return BigInt(text.charCodeAt(1));
  if (!/^-?(\d{1,20}|0x[0-9a-f]{1,16})$/i.test(text)) return undefined;
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}

function fieldNames(types: EncodingTypes, record: number): string {
  return types
    .members(record)
    .map(({ name }) => name)
    .join(', ');
}
