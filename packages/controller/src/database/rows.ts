/** `($1, $2), ($3, $4)` for a statement of many rows, with a cast for each column. */
export function placeholders(rows: number, casts: readonly string[]): string {
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    lines.push(`(${casts.map((cast, column) => `$${row * casts.length + column + 1}${cast}`).join(', ')})`);
  }
  return lines.join(', ');
}

/** Pieces of at most `size`: PostgreSQL takes 65,535 parameters in a statement. */
export function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) {
    yield items.slice(at, at + size);
  }
}
