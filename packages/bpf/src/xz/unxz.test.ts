import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { unxz } from './unxz.ts';
import { XzError } from './xz-error.ts';

const LIMIT = 64 * 1024 * 1024;

function xz(content: Uint8Array, ...options: string[]): Buffer {
  return spawnSync('xz', ['-c', ...options], { input: content, maxBuffer: 2 * LIMIT }).stdout;
}

/** Made by `printf 'one two one two one two three' | xz --check=crc32 | base64 -w0`. */
const made = Buffer.from(
  '/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4AAcABNdADebiM524vThv5qaAAelq9/sHbsAANeGfnUAASsdmyTwNZBCmQ0BAAAAAAFZWg==',
  'base64',
);

test('a stream that xz has made', () => {
  expect(Buffer.from(unxz(made, LIMIT)).toString()).toBe('one two one two one two three');
});

test('no more is unpacked than is allowed', () => {
  expect(() => unxz(made, 28)).toThrow(/^it holds more than 28 bytes$/);
});

test('whatever is changed or cut off gives an error, or the same', () => {
  const change = fc.record({ at: fc.nat(made.length - 1), to: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(made.length), (changes, length) => {
      const bytes = new Uint8Array(made.subarray(0, Math.max(length, made.length - length)));
      for (const { at, to } of changes) if (at < bytes.length) bytes[at] = to;
      try {
        expect(Buffer.from(unxz(bytes, LIMIT)).toString()).toBe('one two one two one two three');
      } catch (error) {
        expect(error).toBeInstanceOf(XzError);
      }
    }),
  );
});

describe('what xz packs here', () => {
  beforeEach((context) => {
    if (spawnSync('xz', ['--version']).status !== 0) context.skip('needs xz (xz-utils)');
  });

  test.each([[['-6']], [['-9e']], [['-0', '--check=crc32']], [['--block-size=65536']], [['--lzma2=lc=0,lp=4,pb=0']]])(
    'a program, by %j',
    (options) => {
      const content = readFileSync('/bin/sh');
      expect(Buffer.compare(unxz(xz(content, ...options), LIMIT), content)).toBe(0);
    },
  );

  test('texts of any kind', () => {
    const text = fc.array(fc.oneof(fc.string(), fc.constant('again and again '), fc.uint8Array({ maxLength: 300 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, (parts) => {
        const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
        expect(Buffer.compare(unxz(xz(content, '-1'), LIMIT), content)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test('a filter that is not read is refused', () => {
    expect(() => unxz(xz(Buffer.from('x'), '--x86', '--lzma2'), LIMIT)).toThrow(/with a filter that is not read here/);
  });
});
