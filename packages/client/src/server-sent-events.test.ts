import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJsonLines } from './json-lines.ts';
import { type ServerSentEvent, ServerSentEventParser } from './server-sent-events.ts';

const stream = [
  ': a comment\n',
  'event: session\nid: 1\ndata: {"a":1}\n\n',
  'data: two\ndata:lines\n\n',
  'event: nothing\n\n',
  'id: 7\nretry: 1500\nevent: end\ndata\n\n',
].join('');

const expected: ServerSentEvent[] = [
  { event: 'session', data: '{"a":1}', id: '1' },
  { event: 'message', data: 'two\nlines', id: '1' },
  { event: 'end', data: '', id: '7' },
];

function cut(text: string, at: readonly number[]): string[] {
  const places = [0, ...at.map((place) => place % (text.length + 1)), text.length].sort((a, b) => a - b);
  return places.slice(1).map((place, index) => text.slice(places[index], place));
}

describe('ServerSentEventParser', () => {
  test.each(['\n', '\r\n', '\r'])('reads events with line ends %j, however they were cut', (end) => {
    const text = stream.replaceAll('\n', end);
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 12 }), (places) => {
        const parser = new ServerSentEventParser();
        // The stream goes on, so that a last lone \r is known to be a line end.
        const events = [...cut(text, places), ': alive\n'].flatMap((chunk) => parser.push(chunk));
        expect(events).toEqual(expected);
        expect(parser.retryMs).toBe(1500);
      }),
    );
  });

  test.each([
    ['a line without end', Array(5).fill('x'.repeat(300))],
    ['an event without end', Array(50).fill('data: 0123456789012345678901234\n')],
  ])('refuses %s', (_, chunks) => {
    const parser = new ServerSentEventParser(1_000);
    expect(() => chunks.map((chunk) => parser.push(chunk))).toThrow(RangeError);
  });

  test('reads a document of 100 MB in small pieces, without looking through it again with each', () => {
    const parser = new ServerSentEventParser();
    const chunk = 'x'.repeat(1024);
    const events = ['data: ', ...Array<string>(100_000).fill(chunk), '\n\n'].flatMap((text) => parser.push(text));
    expect(events.map(({ data }) => data.length)).toEqual([100_000 * 1024]);
  });
});

test('readJsonLines reads lines, however they were cut', async () => {
  const values = [{ a: 'ä' }, 1, 'x\ny'];
  const bytes = Buffer.from(
    values
      .map((value) => `${JSON.stringify(value)}\n`)
      .join('')
      .trimEnd(),
  );
  for (let size = 1; size <= bytes.length; size += 1) {
    async function* chunks() {
      for (let at = 0; at < bytes.length; at += size) {
        yield bytes.subarray(at, at + size);
      }
    }
    expect(await collect(readJsonLines(chunks()))).toEqual(values);
  }
});

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) {
    items.push(item);
  }
  return items;
}
