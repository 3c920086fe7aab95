/** One conversion of a printf format: `%-8lld`. */
export interface Conversion {
  /** With the `%`. */
  readonly text: string;
  /** Offset in the format. */
  readonly at: number;
  /** What comes last: `d`, `s` ... */
  readonly letter: string;
}

const conversion = /%(?:%|[-+ #0]*\d*(?:\.\d+)?(?:hh|h|ll|l|j|z|t)?([A-Za-z])|)/g;

const numberLetters = 'diuxXocp';

/** The conversions of a printf format that take an argument; an error is a sentence. */
export function parseFormat(format: string): { readonly conversions: Conversion[] } | { readonly error: string } {
  const conversions: Conversion[] = [];
  for (const match of format.matchAll(conversion)) {
    const [text, letter] = match;
    if (text === '%%') continue;
    if (letter === undefined) return { error: `'${format.slice(match.index, match.index + 4)}' is no conversion` };
    if (!numberLetters.includes(letter) && letter !== 's') return { error: `there is no conversion '${text}'` };
    conversions.push({ text, at: match.index, letter });
  }
  return { conversions };
}
