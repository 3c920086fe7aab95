/** Controls (C0, DEL, C1), line separators, and what reverses the direction of text or hides in it. */
const unsafe = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\u200b-\u200f\u2060-\u2064\ufeff]|\p{Cs}/gu;

/**
 * Text of nodes and scripts made safe for a terminal: what could move the cursor, change colours or disguise other
 * text is shown as an escape. `keep` lists controls that stay.
 */
export function printable(text: string, keep = ''): string {
  return text.replace(unsafe, (found) => (keep.includes(found) ? found : escapeOf(found)));
}

function escapeOf(character: string): string {
  switch (character) {
    case '\n':
      return '\\n';
    case '\t':
      return '\\t';
    case '\r':
      return '\\r';
  }
  const code = character.codePointAt(0) as number;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
