import { encodeText } from '@bpfleet/bpf';

/** The bytes of a text and the zero after it. */
export function textBytes(text: string): Uint8Array {
  return encodeText(`${text}\0`);
}
