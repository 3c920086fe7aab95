import { encodeText } from '@bpfleet/bpf';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText } from './decode-text.ts';

describe('decodeText', () => {
  it('leaves UTF-8 as it is', () => {
    expect(decodeText(Buffer.from('aé€😀\ufffd'))).toBe('aé€😀\ufffd');
  });

  it('keeps bytes that are none', () => {
    expect(decodeText(Buffer.from([0x41, 0xff, 0xc3, 0xa9, 0xc3]))).toBe('A\udcffé\udcc3');
  });

  it('is undone by encodeText, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect([...encodeText(decodeText(Buffer.from(bytes)))]).toEqual([...bytes]);
      }),
    );
  });
});
