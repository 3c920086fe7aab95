import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import { Lexer } from './lexer.ts';
import type { Token } from './token.ts';

function lex(text: string): { tokens: string[]; errors: string[] } {
  const diagnostics = new Diagnostics(new SourceText(text));
  const lexer = new Lexer(text, diagnostics);
  const tokens: string[] = [];
  for (let token: Token = lexer.next(); token.kind !== 'end'; token = lexer.next()) {
    tokens.push(`${token.kind} ${'value' in token ? String(token.value) : token.text}`);
  }
  return { tokens, errors: diagnostics.list().map((d) => `${d.column}-${d.endColumn} ${d.message}`) };
}

const overflow = 'syntax: overflow error, maximum value is 18446744073709551615';

describe('numbers', () => {
  test.each([
    ['10', '10'],
    ['0', '0'],
    ['0x1F', '31'],
    ['0x1f_ff', '8191'],
    ['0755', '493'],
    ['00', '0'],
    ['0e5', '0'],
    ['1__0', '10'],
    ['1e3s', '1000000000000'],
    ['1_000_000', '1000000'],
    ['1e6', '1000000'],
    ['10ull', '10'],
    ['5U', '5'],
    ['5ns', '5'],
    ['5us', '5000'],
    ['5ms', '5000000'],
    ['5s', '5000000000'],
    ['2m', '120000000000'],
    ['1h', '3600000000000'],
    ['1d', '86400000000000'],
    ['18446744073709551615', '18446744073709551615'],
    ['0xffffffffffffffff', '18446744073709551615'],
  ])('%s', (text, value) => {
    expect(lex(text)).toEqual({ tokens: [`integer ${value}`], errors: [] });
  });

  test.each([
    ['18446744073709551616', `1-21 ${overflow}: 18446744073709551616`],
    ['1e99', `1-5 ${overflow}: 1e99`],
    [`1${'0'.repeat(5000)}`, `1-5002 ${overflow}: 1${'0'.repeat(5000)}`],
    ['1e99999999999', `1-14 ${overflow}: 1e99999999999`],
    ['300000d', `1-8 ${overflow}: 300000d`],
    ['0x1ffffffffffffffff', `1-20 ${overflow}: 0x1ffffffffffffffff`],
    ['12abc', "3-6 syntax: invalid integer suffix 'abc'"],
    ['0xzz', '1-5 syntax: invalid integer: 0xzz'],
    ['089', '1-4 syntax: invalid trailing bytes: 089'],
    ['1e', '1-3 syntax: invalid trailing bytes: 1e'],
    ['1_', '2-3 syntax: trailing underscore in integer literal'],
  ])('%s is wrong', (text, error) => {
    expect(lex(text).errors).toEqual([error]);
  });
});

describe('strings', () => {
  test.each([
    ['"plain"', 'plain'],
    [String.raw`"a\n\t\r\\\"b"`, 'a\n\t\r\\"b'],
    [String.raw`"\x41\x4\101\0"`, 'A\x04A\0'],
    ['"žluť 🐝"', 'žluť 🐝'],
  ])('%s', (text, value) => {
    expect(lex(text)).toEqual({ tokens: [`string ${value}`], errors: [] });
  });

  test.each([
    ['"open', '1-6 syntax: unterminated string'],
    ['"open\nnext"', '1-6 syntax: unterminated string'],
    [String.raw`"a\qb"`, String.raw`4-5 syntax: invalid escape character '\q'`],
    [String.raw`"a\xg"`, '3-5 syntax: invalid hex escape sequence'],
    [String.raw`"a\777"`, String.raw`3-7 syntax: octal escape sequence out of range '\777'`],
    [String.raw`"a\🐝"`, String.raw`4-6 syntax: invalid escape character '\🐝'`],
    ['"a\\', '1-4 syntax: unterminated string'],
  ])('%s is wrong', (text, error) => {
    expect(lex(text).errors[0]).toBe(error);
  });
});

describe('the rest', () => {
  test.each([
    ['$a @b @ pid', ['variable $a', 'map @b', 'map @', 'identifier pid']],
    ['$1 $#', ['variable $1', 'variable $#']],
    [
      'a->b a.b a--',
      ['identifier a', 'punctuation ->', 'identifier b', 'identifier a', 'punctuation .', 'identifier b'].concat([
        'identifier a',
        'punctuation --',
      ]),
    ],
    ['1<<=2>>3', ['integer 1', 'punctuation <<=', 'integer 2', 'punctuation >>', 'integer 3']],
    ['1 // no\n/* not\nthis */ 2', ['integer 1', 'integer 2']],
    ['/1/ {', ['punctuation /', 'integer 1', 'predicate-end /', 'punctuation {']],
    ['/1/ /* c */ /* d */ {', ['punctuation /', 'integer 1', 'predicate-end /', 'punctuation {']],
    ['@1', ['map @', 'integer 1']],
    ['0..3', ['integer 0', 'punctuation ..', 'integer 3']],
    ['/1/ // c\n {', ['punctuation /', 'integer 1', 'predicate-end /', 'punctuation {']],
    ['#!/usr/bin/bpftrace\n1', ['integer 1']],
  ])('%s', (text, tokens) => {
    expect(lex(text)).toEqual({ tokens, errors: [] });
  });

  test.each([
    ['`', "1-2 syntax: invalid character '`'"],
    ['🐝', "1-3 syntax: invalid character '🐝'"],
    ['1 /* open', '3-5 syntax: unterminated comment'],
  ])('%s is wrong', (text, error) => {
    expect(lex(text).errors).toEqual([error]);
  });
});
