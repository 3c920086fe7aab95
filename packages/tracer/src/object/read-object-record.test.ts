import { describe, expect, test } from 'vitest';
import { readObjectRecord, wordText } from './read-object-record.ts';
import type { RecordOutput } from './record-output.ts';

const number = (name: string, offset: number) =>
  ({ name, offset, size: 4, data: { kind: 'integer', bytes: 4, signed: true } }) as const;
const output: RecordOutput = {
  map: 0,
  name: 'events',
  buffer: 'ring',
  fields: [
    number('ret', 0),
    { name: 'comm', offset: 4, size: 8, data: { kind: 'string', bytes: 8 } },
    number('extra', 12),
    { name: 'args', offset: 16, size: 0, data: { kind: 'string', bytes: 0 } },
  ],
  rest: { name: 'args', offset: 16, element: { kind: 'integer', bytes: 1, signed: true }, size: 1, text: true },
};
const bytes = Buffer.concat([
  Buffer.from([0xff, 0xff, 0xff, 0xff]),
  Buffer.from('ba"h\0\0\0\0'),
  Buffer.from([5, 0, 0, 0]),
  Buffer.from('ls'),
]);

describe('a record', () => {
  test.each([
    [18, 'events ret=-1 comm="ba\\"h" extra=5 args=ls\n'],
    [16, 'events ret=-1 comm="ba\\"h" extra=5 args=""\n'],
    [14, 'events ret=-1 comm="ba\\"h"\n'],
    [6, 'events ret=-1 comm=ba\n'],
    [2, 'events \n'],
  ])('of %i bytes', (length, text) => {
    expect(readObjectRecord(output, bytes, 0, length).text).toBe(text);
  });

  test('has its values by their names', () => {
    const { value } = readObjectRecord({ ...output, fields: output.fields?.slice(0, 1) ?? [] }, bytes, 0, 4);
    expect(value).toEqual({ kind: 'record', parts: [-1n], names: ['ret'] });
  });

  test('that ends in arguments has all of them', () => {
    const sent = Buffer.concat([bytes.subarray(0, 16), Buffer.from('ls\0-l\0/\0\0')]);
    expect(readObjectRecord(output, sent, 0, sent.length).text).toMatch(/ args="ls -l \/"\n$/);
  });

  test('that nobody describes is bytes', () => {
    expect(readObjectRecord({ ...output, fields: null }, bytes, 4, 4).text).toBe('events length=4 bytes=62612268\n');
  });
});

test.each([
  ['bash', 'bash'],
  ['', '""'],
  ['a b', '"a b"'],
  ['x=1', '"x=1"'],
  ['\u001b[2J', '"\\u001b[2J"'],
  ['\u009b1m', '"\\u009b1m"'],
  ['\u202eexe', '"\\u202eexe"'],
  ['grün', 'grün'],
])('%j is shown as %s', (text, shown) => expect(wordText(text)).toBe(shown));
