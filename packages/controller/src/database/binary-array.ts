/**
 * One-dimensional arrays in PostgreSQL's binary form, as parameters of statements that write many rows with `unnest`: the driver's own are
 * text, in which bytes are twice as long. Source of the form: array_recv in src/backend/utils/adt/arrayfuncs.c.
 */

/** Object identifiers of types: src/include/catalog/pg_type.dat. */
const oids = { bytea: 17, int8: 20, int4: 23, timestamptz: 1184 } as const;

const headerBytes = 20;
const lengthBytes = 4;
const nullLength = -1;
/** Milliseconds from the Unix epoch to PostgreSQL's, the year 2000. */
const epochMs = 946_684_800_000n;

export function byteaArray(values: readonly (Uint8Array | null)[]): Buffer {
  const bytes = values.reduce((sum, value) => sum + lengthBytes + (value?.length ?? 0), headerBytes);
  const array = begin(oids.bytea, values.length, bytes);
  let at = headerBytes;
  for (const value of values) {
    at = array.writeInt32BE(value?.length ?? nullLength, at);
    if (value !== null) {
      array.set(value, at);
      at += value.length;
    }
  }
  return array;
}

export function int4Array(values: readonly number[]): Buffer {
  const array = begin(oids.int4, values.length, headerBytes + values.length * (lengthBytes + 4));
  let at = headerBytes;
  for (const value of values) {
    at = array.writeInt32BE(4, at);
    at = array.writeInt32BE(value, at);
  }
  return array;
}

export function int8Array(values: readonly bigint[]): Buffer {
  return wideArray(oids.int8, values);
}

export function timestamptzArray(values: readonly Date[]): Buffer {
  return wideArray(
    oids.timestamptz,
    values.map((value) => (BigInt(value.getTime()) - epochMs) * 1000n),
  );
}

function wideArray(oid: number, values: readonly bigint[]): Buffer {
  const array = begin(oid, values.length, headerBytes + values.length * (lengthBytes + 8));
  let at = headerBytes;
  for (const value of values) {
    at = array.writeInt32BE(8, at);
    at = array.writeBigInt64BE(value, at);
  }
  return array;
}

/** One dimension, whether any is null (any may be), the type of the elements, their number, and that they count from 1. */
function begin(oid: number, length: number, bytes: number): Buffer {
  const array = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const word of [1, 1, oid, length, 1]) at = array.writeInt32BE(word, at);
  return array;
}
