type Column = Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** A copy of a column with room for so many elements, and for as many again, so that growing costs little on the whole. */
export function grown<C extends Column>(column: C, length: number): C {
  const larger = new (column.constructor as new (length: number) => C)(Math.max(length, 2 * column.length));
  larger.set(column);
  return larger;
}
