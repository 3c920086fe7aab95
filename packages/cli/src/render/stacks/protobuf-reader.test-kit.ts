/** The fields of a message by number: varints as they are, all else as bytes. Fixed sizes do not occur. */
export type Fields = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>;

export function readMessage(bytes: Uint8Array): Fields {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  for (let at = 0; at < bytes.length; ) {
    const [tag, start] = readVarint(bytes, at);
    const [value, end] = readVarint(bytes, start);
    const delimited = (tag & 7n) === 2n;
    if (!delimited && (tag & 7n) !== 0n) throw new RangeError(`wire type ${tag & 7n}`);
    at = delimited ? end + Number(value) : end;
    if (at > bytes.length) throw new RangeError('ends within a field');
    const field = Number(tag >> 3n);
    fields.set(field, [...(fields.get(field) ?? []), delimited ? bytes.subarray(end, at) : value]);
  }
  return fields;
}

export function integers(fields: Fields, field: number): bigint[] {
  return (fields.get(field) ?? []).flatMap((value) => (typeof value === 'bigint' ? [value] : unpacked(value)));
}

export function strings(fields: Fields, field: number): string[] {
  return delimited(fields, field).map((bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

export function messages(fields: Fields, field: number): Fields[] {
  return delimited(fields, field).map(readMessage);
}

function delimited(fields: Fields, field: number): Uint8Array[] {
  return (fields.get(field) ?? []).map((value) => {
    if (typeof value === 'bigint') throw new TypeError(`field ${field} is a number`);
    return value;
  });
}

function unpacked(bytes: Uint8Array): bigint[] {
  const values: bigint[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [value, next] = readVarint(bytes, at);
    values.push(value);
    at = next;
  }
  return values;
}

function readVarint(bytes: Uint8Array, at: number): [value: bigint, next: number] {
  let value = 0n;
  for (let index = at; ; index++) {
    const byte = bytes[index];
    if (byte === undefined) throw new RangeError('ends within a number');
    value |= BigInt(byte & 0x7f) << BigInt(7 * (index - at));
    if (byte < 0x80) return [value, index + 1];
  }
}
