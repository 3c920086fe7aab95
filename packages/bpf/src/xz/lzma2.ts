import { LzmaDecoder, type LzmaProperties, type Output } from './lzma-decoder.ts';
import { RangeDecoder } from './range-decoder.ts';
import { XzError } from './xz-error.ts';

/** Control bytes of chunks: the end, bytes as they are with a new dictionary and without, and from 0x80 on LZMA. */
const END = 0;
const PLAIN_NEW_DICTIONARY = 1;
const PLAIN = 2;
const LZMA = 0x80;

/**
 * Decodes the LZMA2 chunks from `start` on (xz-file-format 1.2.0, 5.3.1) into `output`, and returns where they end.
 * Throws XzError.
 */
export function decodeLzma2(bytes: Uint8Array, start: number, output: Output): number {
  let at = start;
  let decoder: LzmaDecoder | null = null;
  let properties: LzmaProperties | null = null;
  const byte = (index: number) => {
    const value = bytes[index];
    if (value === undefined) throw new XzError('the stream ends too early');
    return value;
  };
  for (;;) {
    const control = byte(at++);
    if (control === END) return at;
    if (control === PLAIN_NEW_DICTIONARY || control === PLAIN) {
      if (control === PLAIN_NEW_DICTIONARY) output.start = output.length;
      const size = (byte(at) << 8) + byte(at + 1) + 1;
      at += 2;
      byte(at + size - 1);
      const until = room(output, size);
      output.bytes.set(bytes.subarray(at, at + size), output.length);
      output.length = until;
      at += size;
      continue;
    }
    if (control < LZMA) throw new XzError('a chunk is of no known kind');
    const size = ((control & 0x1f) << 16) + (byte(at) << 8) + byte(at + 1) + 1;
    const packed = (byte(at + 2) << 8) + byte(at + 3) + 1;
    at += 4;
    const reset = (control >> 5) & 3;
    if (reset === 3) output.start = output.length;
    if (reset >= 2) properties = propertiesOf(byte(at++));
    if (properties === null) throw new XzError('a chunk has no properties');
    if (reset >= 1) decoder = new LzmaDecoder(properties);
    if (decoder === null) throw new XzError('a chunk has no state to go on from');
    byte(at + packed - 1);
    const range = new RangeDecoder(bytes, at, at + packed);
    decoder.decode(range, output, room(output, size));
    if (!range.isDone) throw new XzError('a chunk is damaged');
    at += packed;
  }
}

/** Where the output ends with so many bytes more. */
function room(output: Output, size: number): number {
  const until = output.length + size;
  if (until > output.bytes.length) throw new XzError('it holds more than it says');
  return until;
}

function propertiesOf(value: number): LzmaProperties {
  const [literalContext, rest] = [value % 9, Math.floor(value / 9)];
  const [literalPosition, position] = [rest % 5, Math.floor(rest / 5)];
  if (position > 4 || literalContext + literalPosition > 4) throw new XzError('a chunk has impossible properties');
  return { literalContext, literalPosition, position };
}
