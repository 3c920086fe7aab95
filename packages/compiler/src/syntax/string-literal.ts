const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

export type StringScan =
  | { readonly kind: 'string'; readonly value: string; readonly end: number }
  /** `at` to `end` is what is wrong; the scan goes on after `end`. */
  | { readonly kind: 'error'; readonly message: string; readonly at: number; readonly end: number };

/** Reads a string whose opening quote is at `start`. Escapes: those of C, `\xNN` and `\NNN` in octal. */
export function scanString(text: string, start: number): StringScan {
  let value = '';
  let at = start + 1;
  for (;;) {
    const character = text[at];
    if (character === undefined || character === '\n') {
      return { kind: 'error', message: 'unterminated string', at: start, end: at };
    }
    if (character === '"') return { kind: 'string', value, end: at + 1 };
    if (character !== '\\') {
      value += character;
      at++;
      continue;
    }
    const sequence = scanEscape(text, at);
    if (sequence === undefined) {
      const end = text.indexOf('"', at + 2);
      const lineEnd = text.indexOf('\n', at);
      const stop = end < 0 || (lineEnd >= 0 && lineEnd < end) ? (lineEnd < 0 ? text.length : lineEnd) : end + 1;
      return { kind: 'error', message: `invalid escape character '\\${text[at + 1] ?? ''}'`, at, end: stop };
    }
    value += sequence.value;
    at = sequence.end;
  }
}

function scanEscape(text: string, at: number): { readonly value: string; readonly end: number } | undefined {
  const simple = simpleEscapes[text[at + 1] ?? ''];
  if (simple !== undefined) return { value: simple, end: at + 2 };
  const hex = /^x([0-9a-fA-F]{1,2})/.exec(text.slice(at + 1, at + 4));
  if (hex !== null)
    return { value: String.fromCharCode(Number.parseInt(hex[1] ?? '0', 16)), end: at + 1 + hex[0].length };
  const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4));
  if (octal === null) return undefined;
  return { value: String.fromCharCode(Number.parseInt(octal[0], 8) & 0xff), end: at + 1 + octal[0].length };
}

/** A string as it is written in a script, with its quotes. */
export function quote(value: string): string {
  const text = value.replace(/["\\\p{Cc}]/gu, (character) => {
    const letter = Object.keys(simpleEscapes).find((name) => simpleEscapes[name] === character);
    return `\\${letter ?? `x${character.charCodeAt(0).toString(16).padStart(2, '0')}`}`;
  });
  return `"${text}"`;
}
