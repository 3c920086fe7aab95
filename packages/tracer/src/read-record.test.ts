import type { RecordLayout } from '@bpfleet/compiler';
import { describe, expect, test } from 'vitest';
import { RecordReader } from './read-record.ts';

const layouts: RecordLayout[] = [
  {
    kind: 'printf',
    format: '%s=%d\n',
    args: [
      { data: { kind: 'string', bytes: 8 }, offset: 16, size: 8 },
      { data: { kind: 'integer', bytes: 8, signed: true }, offset: 24, size: 8 },
    ],
    size: 32,
  },
  { kind: 'value', arg: { data: { kind: 'integer', bytes: 8, signed: false }, offset: 16, size: 8 }, size: 24 },
  { kind: 'print-map', map: 2, top: 3, div: 4, size: 16 },
  { kind: 'clear-map', map: 1, size: 16 },
  { kind: 'zero-map', map: 1, size: 16 },
  { kind: 'exit', size: 16 },
];

function record(id: bigint, ...args: (bigint | string)[]): Buffer {
  const header = Buffer.alloc(16);
  header.writeBigUInt64LE(id, 0);
  header.writeBigUInt64LE(77n, 8);
  const parts = args.map((arg) => {
    const part = Buffer.alloc(8);
    if (typeof arg === 'string') part.write(arg);
    else part.writeBigUInt64LE(BigInt.asUintN(64, arg));
    return part;
  });
  return Buffer.concat([header, ...parts]);
}

describe('RecordReader', () => {
  const reader = new RecordReader(layouts);

  test.each([
    [record(0n, 'bash', -3n), { kind: 'text', type: 'printf', ns: 77n, text: 'bash=-3\n', values: ['bash', -3n] }],
    [
      record(0n, 'eightfit', 0n),
      { kind: 'text', type: 'printf', ns: 77n, text: 'eightfit=0\n', values: ['eightfit', 0n] },
    ],
    [record(1n, -1n), { kind: 'text', type: 'value', ns: 77n, text: `${2n ** 64n - 1n}\n`, values: [2n ** 64n - 1n] }],
    [record(2n), { kind: 'print-map', ns: 77n, map: 2, top: 3, div: 4 }],
    [record(3n), { kind: 'clear-map', ns: 77n, map: 1 }],
    [record(4n), { kind: 'zero-map', ns: 77n, map: 1 }],
    [record(5n), { kind: 'exit', ns: 77n, code: 0 }],
  ])('reads record %#', (bytes, expected) => {
    expect(reader.read(bytes, 0, bytes.length)).toEqual(expected);
    const shifted = Buffer.concat([Buffer.alloc(24, 0xff), bytes]);
    expect(reader.read(shifted, 24, bytes.length)).toEqual(expected);
  });

  test.each([
    ['no header', Buffer.alloc(8)],
    ['an unknown number', record(6n)],
    ['a number beyond 32 bits', record(2n ** 32n)],
    ['too few arguments', record(0n, 'bash')],
  ])('%s is no record', (_name, bytes) => {
    expect(reader.read(bytes, 0, bytes.length)).toBeNull();
  });
});
