/** The UTF-8 bytes of a text and the zero after it. */
export function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}
