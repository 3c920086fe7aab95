import { type Composite, isNamed, isStack, type Scalar, scalarText } from '@bpfleet/aggregate';
import { decodeText } from '../decode-text.ts';
import { readField } from '../read-field.ts';
import { noReaders, type ValueReaders } from '../value-readers.ts';
import type { RecordLayout } from './record-output.ts';
import { MAX_TEXT } from './value-layout.ts';

/** What of an array without a length is shown at most, elements. */
const MAX_REST = 4_096;
const SPACE = 0x20;

/** A record as it is shown: one line, and its values as one record. */
export interface ObjectRecord {
  readonly text: string;
  readonly value: Scalar;
}

/**
 * Reads `length` bytes at `offset`. Programs send the part of a structure that they have filled in: fields that a record
 * does not reach are not shown, a text that it ends in is cut there.
 */
export function readObjectRecord(
  output: RecordLayout,
  bytes: Buffer,
  offset: number,
  length: number,
  readers: ValueReaders = noReaders,
): ObjectRecord {
  if (output.fields === null) return unknownRecord(output, bytes.subarray(offset, offset + length));
  const names: string[] = [];
  const parts: Scalar[] = [];
  for (const field of output.fields) {
    const room = length - field.offset;
    if (field.name === output.rest?.name) continue;
    if (field.size <= room) parts.push(readField(bytes, offset, field, readers));
    else if (field.data.kind === 'string' && room > 0) parts.push(sentText(bytes, offset + field.offset, room));
    else continue;
    names.push(field.name);
  }
  const rest = restOf(output, bytes, offset, length, readers);
  if (rest !== null) {
    names.push(rest.name);
    parts.push(rest.value);
  }
  const text = names.map((name, index) => `${name}=${valueText(parts[index] ?? '')}`).join(' ');
  return { text: `${output.name} ${text}\n`, value: { kind: 'record', parts, names } };
}

function restOf(
  { rest }: RecordLayout,
  bytes: Buffer,
  offset: number,
  length: number,
  readers: ValueReaders,
): { readonly name: string; readonly value: Scalar } | null {
  if (rest === undefined || rest.offset > length) return null;
  const count = Math.min(MAX_REST, Math.floor((length - rest.offset) / rest.size));
  if (rest.text) return { name: rest.name, value: sentText(bytes, offset + rest.offset, length - rest.offset) };
  const data = { kind: 'array', element: rest.element, stride: rest.size, length: count } as const;
  const field = { data, offset: rest.offset, size: length - rest.offset };
  return { name: rest.name, value: readField(bytes, offset, field, readers) };
}

/**
 * A text that a record ends in: the program has sent just so much of it, so all of it counts. Arguments of a process come so, each
 * ended by a zero: those are shown as spaces.
 */
function sentText(bytes: Buffer, at: number, length: number): string {
  let end = at + Math.min(length, MAX_TEXT);
  while (end > at && bytes[end - 1] === 0) end--;
  return decodeText(Buffer.from(bytes.subarray(at, end).map((byte) => (byte === 0 ? SPACE : byte))));
}

function unknownRecord({ name }: RecordLayout, bytes: Buffer): ObjectRecord {
  const shown = bytes.subarray(0, MAX_TEXT / 2);
  const hex = shown.toString('hex');
  const value: Scalar = { kind: 'named', text: hex, number: null, bytes: [...shown] };
  return { text: `${name} length=${bytes.length} bytes=${hex}\n`, value };
}

/** Values come from programs: a text stays one word on one line, whatever is in it. */
function valueText(value: Scalar): string {
  if (typeof value === 'string') return wordText(value);
  if (typeof value !== 'object' || isStack(value)) return scalarText(value);
  if (isNamed(value)) return value.text;
  return compositeText(value);
}

function compositeText({ kind, parts, names }: Composite): string {
  const texts = parts.map(valueText);
  if (kind === 'array') return `[${texts.join(',')}]`;
  return `{${texts.map((text, index) => (names === undefined ? text : `${names[index]}=${text}`)).join(',')}}`;
}

/** As it is where it is one plain word; else as JSON writes it, with every character escaped that a terminal obeys. */
export function wordText(text: string): string {
  if (/^[^\s"=,{}[\]\\\p{C}]+$/u.test(text)) return text;
  return JSON.stringify(text).replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
