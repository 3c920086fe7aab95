import type { CType } from '@bpfleet/bpf';
import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import { parseScript } from '../syntax/parse-script.ts';
import { ScriptTypes } from './c-definitions.ts';

function define(text: string, kernel?: ScriptTypes): { types: ScriptTypes; errors: string[] } {
  const source = `${text}\nbegin { }`;
  const diagnostics = new Diagnostics(new SourceText(source));
  const types = new ScriptTypes(parseScript(source, diagnostics).definitions, kernel, diagnostics);
  return { types, errors: diagnostics.list().map((d) => `${d.line}:${d.column}-${d.endColumn} ${d.message}`) };
}

function recordOf(types: ScriptTypes, name = 'a', kind: 'struct' | 'union' = 'struct'): CType & { kind: 'record' } {
  const type = types.resolve(types.record(kind, name) ?? 0);
  if (type.kind !== 'record') throw new Error('no record');
  return type;
}

/** Sizes and places are those that gcc and clang give these on x86-64 and arm64. */
describe('layout', () => {
  test.each([
    ['struct a { };', 0, ''],
    ['struct a { char x; int y; char z; };', 12, 'x0 y32 z64'],
    ['struct a { char x; long y; };', 16, 'x0 y64'],
    ['struct a { char x; long y; } __attribute__((packed));', 9, 'x0 y8'],
    ['struct a { char x; } __attribute__((aligned(16)));', 16, 'x0'],
    ['struct a { int x; short y; } __attribute__((packed, aligned(4)));', 8, 'x0 y32'],
    ['struct a { short x[3]; int *y[2]; char z[3][5]; };', 40, 'x0 y64 z192'],
    ['struct a { int x; char y[]; };', 4, 'x0 y32'],
    ['struct a { char x; struct { char y; int z; } s; char t; };', 16, 'x0 s32 t96'],
    ['struct a { char x; struct { char y; int z; }; char t; };', 16, 'x0 32 t96'],
    ['struct a { char x; union { long y; char z; } u; };', 16, 'x0 u64'],
    ['struct a { unsigned x : 3; unsigned y : 5; unsigned z : 30; };', 8, 'x0/3 y3/5 z32/30'],
    ['struct a { char x; unsigned y : 4; unsigned z : 20; };', 4, 'x0 y8/4 z12/20'],
    ['struct a { char x; unsigned y : 25; };', 8, 'x0 y32/25'],
    ['struct a { unsigned x : 3; unsigned : 0; unsigned y : 3; };', 8, 'x0/3 y32/3'],
    ['struct a { unsigned x : 3; unsigned : 7; unsigned y : 3; };', 4, 'x0/3 y10/3'],
    ['struct a { unsigned x : 30; unsigned y : 30; } __attribute__((packed));', 8, 'x0/30 y30/30'],
    ['struct a { unsigned x : 3; char y; };', 4, 'x0/3 y8'],
    ['struct a { long x : 40; int y : 8; };', 8, 'x0/40 y40/8'],
    ['struct a { bool x; double y; float z; };', 24, 'x0 y64 z128'],
    ['enum e { A = 1 }; enum f { B = 0x100000000 }; struct a { enum e x; enum f y; };', 16, 'x0 y64'],
    ['typedef struct { int x; } t; typedef t u[2]; struct a { char x; u y; t *z; };', 24, 'x0 y32 z128'],
    ['struct a { void (*f)(int); uint64_t x; __u8 y; u16 z; };', 24, 'f0 x64 y128 z144'],
    ['#define N 3\nstruct a { int x[N * 2]; };', 24, 'x0'],
  ])('%s', (text, size, places) => {
    const { types, errors } = define(text);
    expect(errors).toEqual([]);
    const record = recordOf(types);
    expect(record.size).toBe(size);
    const shown = types.members(record.id).map((m) => `${m.name}${m.bitOffset}${m.bits === 0 ? '' : `/${m.bits}`}`);
    expect(shown.join(' ')).toBe(places);
  });

  test('a union is as large as its largest field', () => {
    const { types } = define('union a { char x[9]; int y; };');
    expect(recordOf(types, 'a', 'union').size).toBe(12);
  });

  test('fields of an unnamed structure are reached through it', () => {
    const { types } = define('struct a { int x; struct { int y; union { int z; long w; }; }; };');
    expect(types.member(recordOf(types).id, 'w')).toMatchObject({ name: 'w', bitOffset: 128 });
    expect(types.member(recordOf(types).id, 'v')).toBeUndefined();
  });

  test('a list, and structures that point to each other', () => {
    const { types, errors } = define('struct a { struct a *next; struct b *other; }; struct b { struct a inner; };');
    expect(errors).toEqual([]);
    const next = types.resolve(types.member(recordOf(types).id, 'next')?.type ?? 0);
    expect(next).toEqual({ kind: 'pointer', to: recordOf(types).id });
    expect(recordOf(types, 'b').size).toBe(16);
  });
});

describe('names', () => {
  const kernel = define('struct k { char x; long y; }; enum ke { KA = 7, B = 8 }; typedef short k_t;').types;

  test("the script's hide the kernel's", () => {
    const { types, errors } = define('struct k { int z; }; enum e { B = 9 }; struct a { struct k x; };', kernel);
    expect(errors).toEqual([]);
    expect(recordOf(types, 'k').size).toBe(4);
    expect(types.enumerator('B')?.value).toBe(9n);
    expect(types.enumerator('KA')?.value).toBe(7n);
    expect(recordOf(types).size).toBe(4);
  });

  test('enumerations tell their values', () => {
    const { types } = define('enum e { A, B = -5, C }; enum { D = 3 };');
    const id = types.named('e') ?? 0;
    expect(types.resolve(id)).toEqual({ kind: 'integer', size: 4, signed: true, character: false, enumeration: id });
    expect(types.enumerators(id)).toEqual([
      { name: 'A', value: 0n },
      { name: 'B', value: -5n },
      { name: 'C', value: -4n },
    ]);
    expect(types.enumerator('D')?.value).toBe(3n);
    expect(types.enumerator('C')).toEqual({ value: -4n, enumeration: id });
  });

  test('typedefs of typedefs', () => {
    const { types } = define('typedef unsigned char byte; typedef byte *bytes;');
    const bytes = types.resolve(types.named('bytes') ?? 0);
    if (bytes.kind !== 'pointer') throw new Error('no pointer');
    expect(types.resolve(bytes.to)).toEqual({ kind: 'integer', size: 1, signed: false, character: false });
  });

  test.each([
    ['struct a { struct nosuch x; };', ["1:12-27 field has incomplete type 'struct nosuch'"]],
    ['struct a { struct nosuch *x; };', []],
    ['struct a { struct a x; };', ["1:12-22 field has incomplete type 'struct a'"]],
    ['struct a { void x; };', ["1:12-18 field has incomplete type 'void'"]],
    ['struct a { nosuch x; };', ["1:12-20 unknown type name 'nosuch'"]],
    ['typedef t u; typedef int t;', ["1:1-12 unknown type name 't'"]],
    ['typedef t t;', ["1:1-12 unknown type name 't'"]],
    ['struct a { int x; }; struct a { int y; };', ["1:22-41 redefinition of 'a'"]],
    ['enum a { X }; enum b { X };', ["1:24-25 redefinition of enumerator 'X'"]],
    ['struct a { int x : 33; };', ["1:12-22 width of bit-field 'x' (33 bits) exceeds the width of its type (32 bits)"]],
    ['struct a { int *x : 3; };', ["1:12-22 bit-field 'x' is no integer"]],
    ['struct a { int x : 0; };', ["1:12-21 named bit-field 'x' has zero width"]],
    ['struct a { long x[2000000000]; };', ['1:12-30 an array is larger than 2147483647 bytes']],
    ['struct a { char x[2000000000]; char y[2000000000]; };', ["1:1-53 'a' is larger than 2147483647 bytes"]],
  ])('%s', (text, errors) => {
    expect(define(text).errors).toEqual(errors);
  });
});
