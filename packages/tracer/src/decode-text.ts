import { isUtf8 } from 'node:buffer';
import { byteCharacter } from '@bpfleet/bpf';

/** Bytes of a character by the first of them; 0 for what begins none. */
function charactersBytes(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** The text of bytes that may be no UTF-8: such bytes stay what they are, as `encodeText` has them. */
export function decodeText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number;
    const character = bytes.subarray(at, at + charactersBytes(first));
    if (character.length > 0 && isUtf8(character)) {
      pieces.push(character.toString('utf8'));
      at += character.length;
    } else {
      pieces.push(byteCharacter(first));
      at++;
    }
  }
  return pieces.join('');
}
