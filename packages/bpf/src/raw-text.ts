/** What stands for a byte that is no UTF-8: the lone surrogate U+DC00 and the byte. */
const RAW = 0xdc00;
/** With `u`, surrogates that belong to a pair do not match. */
const rawBytes = /([\udc80-\udcff])/u;

/** The bytes of a text: its UTF-8, and the bytes that were none as they were. */
export function encodeText(text: string): Uint8Array {
  const encoder = new TextEncoder();
  if (!rawBytes.test(text)) return encoder.encode(text);
  const pieces = text
    .split(rawBytes)
    .map((piece, index) => (index % 2 === 0 ? encoder.encode(piece) : Uint8Array.of(piece.charCodeAt(0) - RAW)));
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** A byte as a character of a text: ASCII as it is. */
export function byteCharacter(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : RAW + byte);
}
