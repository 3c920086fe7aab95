import { crc32c } from './crc32c.ts';

/**
 * A text of at most `most` characters (at least 16): of a longer one its start, or its end, and a checksum of the whole, so that two texts stay two.
 */
export function boundText(text: string, most: number, keep: 'start' | 'end' = 'start'): string {
  if (text.length <= most) return text;
  const sum = crc32c(new TextEncoder().encode(text)).toString(16).padStart(8, '0');
  const room = most - sum.length - 2;
  return keep === 'start' ? `${text.slice(0, room)}…#${sum}` : `#${sum}…${text.slice(-room)}`;
}
