import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Btf } from './btf.ts';
import { BtfError } from './btf-error.ts';
import { type TypeText, writeBtf } from './write-btf.ts';

const SIGNED = 1 << 24;

/** `struct point { int x; union { char name[8]; struct { unsigned low:3, high:5; }; }; struct point *next; };` */
const types: readonly TypeText[] = [
  { kind: 'INT', name: 'int', value: 4, rest: [SIGNED | 32] },
  { kind: 'INT', name: 'char', value: 1, rest: [SIGNED | 8] },
  { kind: 'INT', name: 'unsigned int', value: 4, rest: [32] },
  { kind: 'ARRAY', rest: [2, 3, 8] },
  { kind: 'STRUCT', flag: true, count: 2, value: 4, rest: ['low', 3, 3 << 24, 'high', 3, (5 << 24) | 3] },
  { kind: 'UNION', count: 2, value: 8, rest: ['name', 4, 0, '', 5, 0] },
  { kind: 'PTR', value: 8 },
  { kind: 'STRUCT', name: 'point', count: 3, value: 24, rest: ['x', 1, 0, '', 6, 32, 'next', 7, 128] },
  { kind: 'TYPEDEF', name: 'point_t', value: 8 },
  { kind: 'CONST', value: 9 },
  { kind: 'FUNC_PROTO', count: 2, value: 1, rest: ['at', 7, 'by', 1] },
  { kind: 'FUNC', name: 'move', value: 11 },
  { kind: 'FUNC_PROTO', count: 2, value: 0, rest: ['format', 7, '', 0] },
  { kind: 'FUNC', name: 'log', value: 13 },
  { kind: 'ENUM', name: 'color', count: 1, value: 4, rest: ['RED', 0] },
  { kind: 'TYPEDEF', name: 'loop', value: 16 },
  { kind: 'FLOAT', name: 'double', value: 8 },
  { kind: 'FWD', name: 'hidden' },
  { kind: 'INT', name: 'unsigned __int128', value: 16, rest: [128] },
];
const btf = new Btf(writeBtf(types));

describe('types', () => {
  test.each([
    [0, { kind: 'void' }],
    [1, { kind: 'integer', size: 4, signed: true, character: false }],
    [2, { kind: 'integer', size: 1, signed: true, character: true }],
    [4, { kind: 'array', element: 2, length: 8 }],
    [7, { kind: 'pointer', to: 8 }],
    [10, { kind: 'record', id: 8, name: 'point', size: 24 }],
    [15, { kind: 'integer', size: 4, signed: false, character: false, enumeration: 15 }],
    [17, { kind: 'other', name: 'double' }],
    [18, { kind: 'other', name: 'hidden' }],
    [19, { kind: 'other', name: 'unsigned __int128', size: 16 }],
  ])('number %i', (id, expected) => expect(btf.resolve(id)).toEqual(expected));

  test.each([
    ['x', { name: 'x', type: 1, bitOffset: 0, bits: 0 }],
    ['next', { name: 'next', type: 7, bitOffset: 128, bits: 0 }],
    ['name', { name: 'name', type: 4, bitOffset: 32, bits: 0 }],
    ['high', { name: 'high', type: 3, bitOffset: 35, bits: 5 }],
    ['nothing', undefined],
  ])('field %s, also within unnamed parts', (name, expected) => expect(btf.member(8, name)).toEqual(expected));

  test('functions, without the dots of a variable list', () => {
    const parameters = [
      { name: 'at', type: 7 },
      { name: 'by', type: 1 },
    ];
    expect(btf.function('move')).toEqual({ id: 12, parameters, variadic: false, returns: 1 });
    expect(btf.function('log')).toEqual({
      id: 14,
      parameters: [{ name: 'format', type: 7 }],
      variadic: true,
      returns: 0,
    });
    expect(btf.functions()).toEqual(['move', 'log']);
    expect([btf.record('struct', 'point'), btf.record('union', 'point'), btf.function('mov')]).toEqual([
      8,
      undefined,
      undefined,
    ]);
  });
});

test.each([
  ['nothing', new Uint8Array()],
  ['something else', new TextEncoder().encode('#!/bin/sh and so on, long enough')],
  ['a cut', writeBtf(types).subarray(0, 200)],
])('%s is no BTF', (_name, bytes) => expect(() => new Btf(bytes)).toThrow(BtfError));

test.each([16, 99])('type %i has no end', (id) => expect(() => btf.resolve(id)).toThrow(BtfError));

/** Asks everything there is to ask. Gives whether the bytes made sense throughout. */
function useAll(bytes: Uint8Array): boolean {
  try {
    const read = new Btf(bytes);
    for (const name of read.functions().slice(0, 50)) read.function(name);
    read.record('struct', 'point');
    for (let id = 0; id < Math.min(read.length, 3000); id++) {
      const type = read.resolve(id);
      if (type.kind !== 'record') continue;
      for (const member of read.members(type.id)) read.member(type.id, member.name);
      read.member(type.id, 'no such field');
    }
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(BtfError);
    return false;
  }
}

/** The first types of this kernel and the first of its names; types further on are not there. */
function kernelSlice(): Uint8Array {
  const path = '/sys/kernel/btf/vmlinux';
  if (!existsSync(path)) return writeBtf(types);
  const whole = readFileSync(path);
  let at = 24;
  const sizes = [0, 4, 0, 12, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 4, 12, 0, 4, 0, 12];
  for (let count = 0; count < 1500; count++) {
    const info = whole.readUInt32LE(at + 4);
    const kind = (info >>> 24) & 31;
    const each = [1, 3, 14, 17].includes(kind) ? 1 : info & 0xffff;
    at += 12 + (sizes[kind] ?? 0) * each;
  }
  const strings = 24 + whole.readUInt32LE(16);
  const slice = Buffer.concat([whole.subarray(0, at), whole.subarray(strings, strings + 20_000)]);
  slice.writeUInt32LE(at - 24, 12);
  slice.writeUInt32LE(at - 24, 16);
  slice.writeUInt32LE(20_000, 20);
  return slice;
}

const change = fc.tuple(fc.nat(), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x04, 0x05, 0x0d));

test.each([
  ['a small blob', writeBtf(types)],
  ['a slice of this kernel', kernelSlice()],
])('%s with bytes changed is read or refused', (_name, sound) => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), fc.option(fc.nat()), (changes, cut) => {
      const bytes = Uint8Array.from(sound.subarray(0, cut === null ? sound.length : cut % sound.length));
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      useAll(bytes);
    }),
    { numRuns: 300 },
  );
});
