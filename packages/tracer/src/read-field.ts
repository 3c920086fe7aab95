import type { Scalar } from '@bpfleet/aggregate';
import type { DataLayout, FieldLayout } from '@bpfleet/compiler';
import { type BufferForm, bufferText } from './buffer-text.ts';
import { decodeText } from './decode-text.ts';
import type { ValueReaders } from './value-readers.ts';

/** Reads one field of a key, value or record. `base`: where the key, value or arguments begin. */
export function readField(bytes: Buffer, base: number, field: FieldLayout, readers: ValueReaders): Scalar {
  return readData(bytes, base + field.offset, field.data, readers);
}

/** A number as it is, also where it would be shown as the name of an enumeration's value, an address or a truth. */
export function readNumber(bytes: Buffer, base: number, field: FieldLayout, readers: ValueReaders): Scalar {
  const { data } = field;
  const at = base + field.offset;
  if (data.kind === 'integer') return integerAt(bytes, at, data);
  if (data.kind === 'pointer') return bytes.readBigUInt64LE(at);
  if (data.kind === 'boolean') return isTrue(bytes, at, data.bytes) ? 1n : 0n;
  return readData(bytes, at, data, readers);
}

function readData(bytes: Buffer, at: number, data: DataLayout, readers: ValueReaders): Scalar {
  switch (data.kind) {
    case 'integer': {
      const number = integerAt(bytes, at, data);
      if (data.names === undefined) return number;
      return { kind: 'named', text: data.names[number.toString()] ?? number.toString(), number };
    }
    case 'boolean':
      return isTrue(bytes, at, data.bytes);
    case 'pointer': {
      const number = bytes.readBigUInt64LE(at);
      return { kind: 'named', text: `0x${number.toString(16)}`, number };
    }
    case 'unreadable':
      return { kind: 'named', text: 'null', number: null };
    case 'string':
      return textAt(bytes, at, data.bytes, readers);
    case 'buffer':
      return bufferValue(bufferAt(bytes, at, data));
    case 'stack': {
      const process = data.user ? Number(bytes.readBigUInt64LE(at + 8)) : 0;
      return readers.stack(data, bytes.readBigInt64LE(at), process);
    }
    case 'rendered':
      return readers.rendered(data, bytes, at);
    case 'tuple': {
      const parts = data.fields.map((field) => readField(bytes, at, field, readers));
      const { names } = data;
      return names === undefined ? { kind: 'tuple', parts } : { kind: 'record', parts, names };
    }
    case 'record':
      return {
        kind: 'record',
        parts: data.fields.map((field) => readField(bytes, at, field, readers)),
        names: data.fields.map(({ name }) => name),
      };
    case 'array':
      return {
        kind: 'array',
        parts: Array.from({ length: data.length }, (_, index) =>
          readData(bytes, at + index * data.stride, data.element, readers),
        ),
      };
  }
}

/** A buffer in the form that a conversion asks for; undefined for any other value. */
export function readBuffer(
  bytes: Buffer,
  base: number,
  { data, offset }: FieldLayout,
  form: BufferForm,
): string | undefined {
  return data.kind === 'buffer' ? bufferText(bufferAt(bytes, base + offset, data), form) : undefined;
}

function bufferValue(bytes: Buffer): Scalar {
  return { kind: 'named', text: bufferText(bytes), number: null, bytes: [...bytes] };
}

function bufferAt(bytes: Buffer, at: number, { bytes: size }: DataLayout & { kind: 'buffer' }): Buffer {
  const length = Math.min(Number(bytes.readBigUInt64LE(at)), size);
  return bytes.subarray(at + 8, at + 8 + length);
}

function isTrue(bytes: Buffer, at: number, size: 1 | 8): boolean {
  return size === 1 ? bytes[at] !== 0 : bytes.readBigUInt64LE(at) !== 0n;
}

function integerAt(bytes: Buffer, at: number, { bytes: size, signed, bits }: DataLayout & { kind: 'integer' }): bigint {
  if (bits !== undefined) return bitField(bytes, at, bits);
  switch (size) {
    case 1:
      return BigInt(signed ? bytes.readInt8(at) : bytes.readUInt8(at));
    case 2:
      return BigInt(signed ? bytes.readInt16LE(at) : bytes.readUInt16LE(at));
    case 4:
      return BigInt(signed ? bytes.readInt32LE(at) : bytes.readUInt32LE(at));
    case 8:
      return signed ? bytes.readBigInt64LE(at) : bytes.readBigUInt64LE(at);
  }
}

/** Without sign, whatever its type. */
function bitField(bytes: Buffer, at: number, bits: { shift: number; count: number }): bigint {
  let word = 0n;
  for (let index = Math.ceil((bits.shift + bits.count) / 8) - 1; index >= 0; index--) {
    word = (word << 8n) | BigInt(bytes[at + index] ?? 0);
  }
  return BigInt.asUintN(bits.count, word >> BigInt(bits.shift));
}

/** Up to the first zero byte. */
function textAt(bytes: Buffer, offset: number, size: number, { cut }: ValueReaders): string {
  const limit = offset + size;
  let end = offset;
  while (end < limit && bytes[end] !== 0) end++;
  const text = decodeText(bytes.subarray(offset, end));
  return cut !== undefined && end - offset === cut.bytes ? text + cut.trailer : text;
}
