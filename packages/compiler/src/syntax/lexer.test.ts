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

describe('numbers', () => {
  test.each([
    ['10', '10'],
    ['0', '0'],
    ['0x1F', '31'],
    ['0x1f_ff', '8191'],
    ['0755', '493'],
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
    ['18446744073709551616', "1-21 '18446744073709551616' does not fit 64 bits"],
    ['1e99', "1-5 '1e99' does not fit 64 bits"],
    ['12abc', "1-6 invalid number '12abc'"],
    ['0xzz', "1-5 invalid number '0xzz'"],
    ['089', "1-4 invalid number '089'"],
    ['1__0', "1-5 invalid number '1__0'"],
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
    ['"open', '1-6 unterminated string'],
    ['"open\nnext"', '1-6 unterminated string'],
    [String.raw`"a\qb"`, String.raw`3-7 invalid escape character '\q'`],
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
    ['/1/ // c\n {', ['punctuation /', 'integer 1', 'predicate-end /', 'punctuation {']],
    ['#!/usr/bin/bpftrace\n1', ['integer 1']],
  ])('%s', (text, tokens) => {
    expect(lex(text)).toEqual({ tokens, errors: [] });
  });

  test.each([
    ['`', "1-2 invalid character '`'"],
    ['🐝', "1-3 invalid character '🐝'"],
    ['1 /* open', '3-5 unterminated comment'],
  ])('%s is wrong', (text, error) => {
    expect(lex(text).errors).toEqual([error]);
  });
});
