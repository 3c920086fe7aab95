import { Lines } from './lines.ts';

/** Reads newline-delimited JSON, however it was cut into chunks. A last line without its end counts. Throws RangeError where a line does not end. */
export async function* readJsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown, void, void> {
  const decoder = new TextDecoder();
  const lines = new Lines();
  for await (const chunk of chunks) {
    for (const line of lines.push(decoder.decode(chunk, { stream: true })).filter((text) => text.trim() !== '')) {
      yield JSON.parse(line);
    }
  }
  if (lines.rest.trim() !== '') {
    yield JSON.parse(lines.rest);
  }
}
