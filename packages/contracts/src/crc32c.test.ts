import { describe, expect, test } from 'vitest';
import { crc32c } from './crc32c.ts';

describe('crc32c', () => {
  test.each([
    ['nothing', [], 0x00000000],
    ['the check value of "123456789"', [...'123456789'].map((c) => c.charCodeAt(0)), 0xe3069283],
    // RFC 3720, B.4; there the bytes are printed least significant first.
    ['32 bytes of zeros', Array(32).fill(0), 0x8a9136aa],
    ['32 bytes of ones', Array(32).fill(0xff), 0x62a8ab43],
    ['32 incrementing bytes', Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['32 decrementing bytes', Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    [
      'an iSCSI SCSI Read (10) command PDU',
      [
        0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0,
        0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
      ],
      0xd9963a56,
    ],
  ])('%s', (_, bytes, expected) => {
    expect(crc32c(Uint8Array.from(bytes))).toBe(expected);
  });
});
