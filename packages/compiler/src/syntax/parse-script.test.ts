import { describe, expect, test } from 'vitest';
import { parse } from './parse.test-kit.ts';
import { printExpression } from './printer.ts';

describe('attach points', () => {
  test.each([
    ['BEGIN { }', [['BEGIN']]],
    ['begin, end, { }', [['begin'], ['end']]],
    ['begin,{ }', [['begin']]],
    [
      'tracepoint:a:b,\n  tracepoint:c:d* { }',
      [
        ['tracepoint', 'a', 'b'],
        ['tracepoint', 'c', 'd*'],
      ],
    ],
    ['profile:hz:99 , { }', [['profile', 'hz', '99']]],
    ['uprobe:/bin/sh:main { }', [['uprobe', '/bin/sh', 'main']]],
    ['uprobe:/bin/sh:main+4/1/ { }', [['uprobe', '/bin/sh', 'main+4/1/']]],
    ['uprobe:/bin/sh:main /1/ { }', [['uprobe', '/bin/sh', 'main']]],
    ['uprobe:"/a b/c{":cpp:"ns::f(int, char)"{ }', [['uprobe', '/a b/c{', 'cpp', 'ns::f(int, char)']]],
    ['interval:"s":1 { }', [['interval', 's', '1']]],
    [String.raw`uprobe:/a\:b:"c\"d" { }`, [['uprobe', '/a:b', 'c"d']]],
    ['interval:s:1/1/{ }', [['interval', 's', '1']]],
    ['interval:s:1 /1 / 2/ { }', [['interval', 's', '1']]],
    ['interval:s:1 /@[1 / 2] / 3/ /* c */ { }', [['interval', 's', '1']]],
    ['name=begin { }', [['begin']]],
    ['kprobe:f+0x10 // comment\n { }', [['kprobe', 'f+0x10']]],
    ['iter:task:/sys/fs/bpf/x { }', [['iter', 'task', '/sys/fs/bpf/x']]],
    ['usdt:./a:p:n { }', [['usdt', './a', 'p', 'n']]],
    ['tracepoint:$1:$2 { }', [['tracepoint', '$1', '$2']]],
    ['config:x { }', [['config', 'x']]],
  ])('%s', (text, probes) => {
    const { script, errors } = parse(text);
    expect(errors).toEqual([]);
    expect(script.clauses[0]?.attachPoints.map((point) => point.parts)).toEqual(probes);
  });
});

test('a mistake hides neither the clauses before nor those after', () => {
  const { script, errors } = parse(
    'BEGIN { 1 }\nEND { $x = ; if (1) { 2 } }\ninterval:s:1 { 3 }\nBEGIN /1 { 4 }\nlet @x = hash();\nEND { 5 }',
  );
  expect(errors).toEqual([
    '2:12-13 syntax: expected expression',
    "4:10-11 syntax: expected '/' to close predicate",
    '5:15-16 syntax: expected positive integer for map declaration max entries',
  ]);
  expect(script.clauses.map((clause) => clause.span.start)).toEqual([0, 40, 91]);
});

describe('the preamble', () => {
  test('config', () => {
    const { script, errors } = parse('config = { a = 1; b = "x"; c = y; d = true } begin { }');
    expect(errors).toEqual([]);
    expect(script.config.map(({ name, value }) => [name, value])).toEqual([
      ['a', 1n],
      ['b', 'x'],
      ['c', 'y'],
      ['d', true],
    ]);
  });

  test("bpftrace's library is built in", () => {
    expect(parse('import "stdlib"; import "stdlib/strings"; begin { }').errors).toEqual([]);
  });

  test('maps and macros', () => {
    const { script, errors } = parse(
      'let @m = lruhash(100); let @ = hash(1) macro f(x, $y, @z) { x + 1 } begin { f(1) }',
    );
    expect(errors).toEqual([]);
    expect(script.mapDeclarations).toMatchObject([
      { name: '@m', type: 'lruhash', maxEntries: 100n },
      { name: '@', type: 'hash', maxEntries: 1n },
    ]);
    expect(script.macros).toMatchObject([
      {
        name: 'f',
        parameters: [
          { kind: 'identifier', name: 'x' },
          { kind: 'variable', name: '$y' },
          { kind: 'map', name: '@z' },
        ],
        body: { kind: 'block-expression', statements: [], value: { kind: 'binary' } },
      },
    ]);
  });
});

test('functions', () => {
  const { script, errors } = parse(
    'fn f($a : int64, $t : struct task_struct *) : string[16] { return "x" } begin { f(1) }',
  );
  expect(errors).toEqual([]);
  expect(script.functions).toMatchObject([
    {
      name: 'f',
      parameters: [
        { variable: { name: '$a' }, type: { name: 'int64' } },
        { variable: { name: '$t' }, type: { tag: 'struct', name: 'task_struct', pointers: 1 } },
      ],
      returns: { name: 'string', dimensions: [16] },
      body: { kind: 'block', statements: [{ kind: 'return' }] },
    },
  ]);
});

describe('lines of the preprocessor', () => {
  test.each([
    ['#define A 5', 'A', '5'],
    ['#include <errno.h>\n#define A ENOENT', 'A', 'ENOENT'],
    ['#include <linux/fcntl.h>\n// AT_FDCWD', 'AT_FDCWD', '-100'],
    ['#define EPERM 7\n#include <errno.h>', 'EPERM', '7'],
    ['#include <errno.h>\n#if EPERM == 1\n#define A 1\n#endif', 'A', '1'],
    ['#define A (1 + \\\n 2) // three', 'A', '1 + 2'],
    ['#define A "text"', 'A', '"text"'],
    ['# define A pid', 'A', 'pid'],
    ['#define A', 'A', undefined],
    ['#define A(x) x', 'A', undefined],
    ['#define A struct foo', 'A', undefined],
    ['#define A 1\n#define A 2', 'A', '2'],
    ['#ifdef BPFTRACE_HAVE_BTF\n#define A 1\n#else\n#define A 2\n#endif', 'A', '1'],
    ['#ifndef BPFTRACE_HAVE_BTF\n#include <linux/sched.h>\n#define A 1\n#else\n#define A 2\n#endif', 'A', '2'],
    [
      '#if 0\n#if 1\n#define A 1\n#else\n#define A 2\n#endif\n#elif 1 + 1 == 2\n#define A 3\n#else\n#define A 4\n#endif',
      'A',
      '3',
    ],
    ['#define X 1\n#if defined(X) && !defined(Y) && X\n#define A 1\n#endif', 'A', '1'],
    ['#define A 1\n#if A\n#elif 1\n#define A 2\n#else\n#define A 3\n#endif', 'A', '1'],
    ['#pragma once\n#line 5 "x"\n# 1 "y"\n#define A 1', 'A', '1'],
  ])('%#', (text, name, value) => {
    const { script, errors } = parse(`${text}\nbegin { }`);
    expect(errors).toEqual([]);
    const found = script.definitions.filter((definition) => definition.name === name);
    expect(found).toHaveLength(1);
    const [define] = found;
    const shown = define?.kind === 'define-definition' && define.value ? printExpression(define.value) : undefined;
    expect(shown).toBe(value);
  });

  test('#undef, and what is not defined', () => {
    const { script, errors } = parse('#define A 1\n#undef A\n#if 0\n#define B 1\nbroken {{{\n#endif\nbegin { }');
    expect(errors).toEqual([]);
    expect(script.definitions).toEqual([]);
    expect(script.clauses).toHaveLength(1);
  });
});

describe('what is wrong is said', () => {
  test.each([
    ['', '1:1-1 No probes to attach'],
    ['BEGIN', "1:6-6 syntax: expected '{'"],
    ['BEGIN {', "1:8-8 syntax: expected '}'"],
    ['{ }', '1:1-2 syntax: expected attach point'],
    ['begin { }; end { }', "1:12-15 syntax: expected '{'"],
    ['interval : s { }', "1:10-11 syntax: expected '{'"],
    ['import "x"; begin { }', '1:1-11 there is no file "x" here to import'],
    ['import "stdlib" begin { }', "1:17-22 syntax: expected ';' after import"],
    ['begin { } import "stdlib";', '1:11-17 syntax: root imports must appear before probes and functions'],
    ['let @ = hash(1); import "stdlib";', '1:18-24 syntax: root imports must appear before probes and functions'],
    [
      'begin { import "x"; }',
      '1:9-19 Import statements that are not at the top level are primarily for the standard library. What that holds is there without an import.',
    ],
    ['import x; begin { }', '1:8-9 syntax: expected import path'],
    ['fn f() { }', "1:8-9 syntax: expected ':'"],
    ['fn f($a) : void { }', "1:8-9 syntax: expected ':'"],
    ['fn f(a : int8) : void { }', '1:6-7 syntax: expected variable in function argument'],
    ['fn f($1 : int8) : void { }', '1:6-8 syntax: expected variable in function argument'],
    ['fn f() : void { } struct x { };', '1:19-31 syntax: C definitions must appear before probes and functions'],
    ['config = { a = 1, b = 2 }', "1:17-18 syntax: expected ';'"],
    ['config = { a = -1 }', '1:16-17 syntax: expected string, int, boolean, or ident'],
    ['config = { } config = { } begin { }', '1:14-20 syntax: duplicate config block'],
    ['begin { } config = { }', '1:11-17 syntax: config must appear before probes and functions'],
    ['begin { } struct x { };', '1:11-23 syntax: C definitions must appear before probes and functions'],
    ['begin { }\n#define A 1', '2:1-12 syntax: C definitions must appear before probes and functions'],
    ['macro f { }', "1:9-10 syntax: expected '('"],
    ['macro f(5) { }', '1:9-10 syntax: expected macro argument ($var, @map, or identifier)'],
    ['macro f($1) { }', '1:9-11 syntax: expected macro argument ($var, @map, or identifier)'],
    ['let @m = hash(0)', '1:15-16 syntax: expected positive integer for map declaration max entries'],
    ['#include "own.h"\nbegin { }', "1:1-17 'own.h' file not found"],
    ['#foo\nbegin { }', '1:1-5 invalid preprocessing directive'],
    ['#if 1\nbegin { }', '1:1-6 unterminated conditional directive'],
    ['#endif\nbegin { }', '1:1-7 #endif without #if'],
    ['#if f(1)\n#endif\nbegin { }', '1:5-9 this condition of the preprocessor is not supported'],
    ['#error no\nbegin { }', '1:1-10 no'],
    ['#define 5\nbegin { }', '1:1-10 macro name missing'],
  ])('%s', (text, error) => {
    expect(parse(text).errors[0]).toBe(error);
  });
});

describe('what a script may be too large for', () => {
  test.each([
    [`begin { ${'('.repeat(10_000)}1 }`, '1:208-209 syntax: nested more than 200 deep'],
    [`begin { ${'{'.repeat(10_000)} }`, '1:208-209 syntax: nested more than 200 deep'],
    [`begin { $x = ${'{'.repeat(10_000)} }`, '1:212-213 syntax: nested more than 200 deep'],
    [`begin { ${'-'.repeat(9_999)}1 }`, /^1:\d+-\d+ syntax: nested more than 200 deep$/],
    [`begin { ${'(int8)'.repeat(9_999)}1 }`, /^1:\d+-\d+ syntax: nested more than 200 deep$/],
    [`begin { ${'if (1) { '.repeat(9_999)} }`, /^1:\d+-\d+ syntax: nested more than 200 deep$/],
    [`begin { if (1) { } ${'else if (1) { }'.repeat(9_999)} }`, /^1:\d+-\d+ syntax: nested more than 200 deep$/],
    [`struct a { ${'struct { '.repeat(9_999)} }`, /^1:\d+-\d+ syntax: nested more than 200 deep$/],
    [`${'#if 1\n'.repeat(9_999)}`, '201:1-6 conditional directives nested more than 200 deep'],
    [`begin { 1${'+1'.repeat(5000)} }`, /^1:9-\d+ syntax: an expression with more than 800 levels$/],
    [`begin { $a${'.a'.repeat(5000)} }`, /^1:9-\d+ syntax: an expression with more than 800 levels$/],
    [
      `${Array.from({ length: 100 }, (_, i) => `#define A${i} (A${i + 1} + A${i + 1})\n`).join('')}struct a { int b[A0]; };`,
      '101:18-20 this is not a constant',
    ],
    [' '.repeat(1_000_001), '1:1-1 a script has at most 1000000 characters'],
  ])('%#', (text, error) => {
    const [first] = parse(text).errors.filter((message) => !message.includes('unterminated'));
    if (typeof error === 'string') expect(first).toBe(error);
    else expect(first).toMatch(error);
  });
});
