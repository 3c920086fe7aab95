/** Longest line that is read, in characters. */
const MAX_LINE = 16 * 1024 * 1024;

/** Reads newline-delimited JSON, however it was cut into chunks. A last line without its end counts. */
export async function* readJsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) {
      throw new RangeError('a line of the answer does not end');
    }
    for (const line of lines.filter((text) => text.trim() !== '')) {
      yield JSON.parse(line);
    }
  }
  if (rest.trim() !== '') {
    yield JSON.parse(rest);
  }
}
