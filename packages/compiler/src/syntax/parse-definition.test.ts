import { describe, expect, test } from 'vitest';
import { parse } from './parse.test-kit.ts';
import { printDefinition } from './print-preamble.ts';

/** Definitions as they are printed, on one line. */
describe('definitions', () => {
  test.each([
    ['struct a { int x; };', 'struct a { int x; };'],
    ['struct a { int x }', 'struct a { int x; };'],
    [
      'union a { unsigned  long x, *y; char z[4][2]; };',
      'union a { unsigned long x; unsigned long *y; char z[4][2]; };',
    ],
    [
      'struct a { const char *x; struct b *y; enum c z; volatile int w; };',
      'struct a { char *x; struct b *y; enum c z; int w; };',
    ],
    [
      'struct a { int x : 3; unsigned : 2; int y:1, z:4; };',
      'struct a { int x : 3; unsigned : 2; int y : 1; int z : 4; };',
    ],
    [
      'struct a { struct { int x; }; union { int y; } z[2]; };',
      'struct a { struct { int x; }; union { int y; } z[2]; };',
    ],
    ['struct a { int (*f)(int, struct b *); void *(*g[3])(void); };', 'struct a { void *f; void *g[3]; };'],
    ['struct __attribute__((packed)) a { int x; };', 'struct a { int x; } __attribute__((packed));'],
    [
      'struct a { int x; } __attribute__((packed, aligned(8)));',
      'struct a { int x; } __attribute__((packed, aligned(8)));',
    ],
    ['struct a { char x[]; };', 'struct a { char x[]; };'],
    ['struct a { };', 'struct a { };'],
    ['enum a { A, B = 5, C, D = -1, E = B << 2, };', 'enum a { A = 0, B = 5, C = 6, D = -1, E = 20, };'],
    ['enum { A };', 'enum { A = 0, };'],
    ['typedef unsigned int a;', 'typedef unsigned int a;'],
    ['typedef struct { int x; } a, *b;', 'typedef struct { int x; } a; typedef struct { int x; } *b;'],
    ['typedef int (*a)(void);', 'typedef void *a;'],
    ['typedef char a[16];', 'typedef char a[16];'],
    [
      '#define N 4\nenum { M = N * 2 };\nstruct a { int x[N + M]; };',
      '#define N 4 enum { M = 8, }; struct a { int x[12]; };',
    ],
  ])('%s', (text, printed) => {
    const { script, errors } = parse(`${text}\nbegin { }`);
    expect(errors).toEqual([]);
    const shown = script.definitions.map((definition) => printDefinition(definition, '')).join(' ');
    expect(shown.replace(/\s+/g, ' ')).toBe(printed);
  });
});

test.each([
  ['struct a;', "1:1-7 syntax: expected '{'"],
  ['struct a { 5 };', '1:12-13 syntax: expected type'],
  ['struct a { int x', "2:1-6 syntax: expected ';'"],
  ['struct a { int x[y]; };', '1:18-19 this is not a constant'],
  ['struct a { int x[-1]; };', '1:18-20 an array has from 0 to 2147483647 elements'],
  ['struct a { int x : 65; };', '1:20-22 a bit-field has at most 64 bits'],
  ['struct a { int x; } __attribute__((aligned(3)));', '1:44-45 an alignment is a power of two up to 4096'],
  ['enum a { 5 };', '1:10-11 syntax: expected identifier'],
  ['enum a { A = x };', '1:14-15 this is not a constant'],
  ['typedef int;', '1:12-13 syntax: expected identifier'],
])('%s is wrong', (text, error) => {
  expect(parse(`${text}\nbegin { }`).errors[0]).toBe(error);
});
