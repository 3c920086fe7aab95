import { byteCharacter } from '@bpfleet/bpf';

const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
};

/** Something wrong within a string, at these offsets of the source. */
interface StringFault {
  readonly message: string;
  readonly at: number;
  readonly end: number;
}

export interface StringScan {
  readonly value: string;
  /** After the closing quote; where there is none, the end of the line. */
  readonly end: number;
  readonly faults: readonly StringFault[];
}

/**
 * Reads a string whose opening quote is at `start`. Escapes: `\n \t \r \\ \"`, `\xNN` and `\NNN` in octal; a byte that
 * is not ASCII is kept as `byteCharacter` has it.
 */
export function scanString(text: string, start: number): StringScan {
  const faults: StringFault[] = [];
  const pieces: string[] = [];
  let at = start + 1;
  for (;;) {
    const special = nextSpecial(text, at);
    if (special > at) pieces.push(text.slice(at, special));
    at = special;
    const character = text[at];
    if (character === '"') return { value: pieces.join(''), end: at + 1, faults };
    if (character !== '\\') {
      const unterminated = { message: 'unterminated string', at: start, end: at };
      return { value: pieces.join(''), end: at, faults: [...faults, unterminated] };
    }
    const sequence = scanEscape(text, at);
    if ('value' in sequence) pieces.push(sequence.value);
    else faults.push(sequence);
    at = sequence.end;
  }
}

/** The next quote, backslash or end of the line. */
function nextSpecial(text: string, from: number): number {
  const special = /["\\\n]/g;
  special.lastIndex = from;
  return special.exec(text)?.index ?? text.length;
}

function scanEscape(text: string, at: number): { readonly value: string; readonly end: number } | StringFault {
  const next = text[at + 1] ?? '';
  const simple = simpleEscapes[next];
  if (simple !== undefined) return { value: simple, end: at + 2 };
  if (next === 'x') {
    const hex = /^[0-9a-fA-F]{1,2}/.exec(text.slice(at + 2, at + 4))?.[0];
    if (hex === undefined) return { message: 'invalid hex escape sequence', at, end: at + 2 };
    return { value: byteCharacter(Number.parseInt(hex, 16)), end: at + 2 + hex.length };
  }
  const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined) {
    const value = Number.parseInt(octal, 8);
    const end = at + 1 + octal.length;
    if (value > 0xff) return { message: `octal escape sequence out of range '\\${octal}'`, at, end };
    return { value: byteCharacter(value), end };
  }
  const end =
    next === '' || next === '\n' ? at + 1 : at + 1 + String.fromCodePoint(text.codePointAt(at + 1) ?? 0).length;
  return { message: `invalid escape character '${text.slice(at, end)}'`, at: Math.min(at + 1, end - 1), end };
}

/** A string as it is written in a script, with its quotes; of the controls only ASCII ones have an escape. */
export function quote(value: string): string {
  const text = value.replace(/["\\[\p{Cc}&&\p{ASCII}]\udc80-\udcff]/gv, (character) => {
    const letter = Object.keys(simpleEscapes).find((name) => simpleEscapes[name] === character);
    return `\\${letter ?? `x${(character.charCodeAt(0) & 0xff).toString(16).padStart(2, '0')}`}`;
  });
  return `"${text}"`;
}
