/** The first items of what would go on. */
export async function atMost<T>(limit: number, all: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of all) {
    if (items.length >= limit) break;
    items.push(item);
  }
  return items;
}
