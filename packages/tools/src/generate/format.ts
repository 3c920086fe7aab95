import { ParameterError } from '../parameters/parameter-problem.ts';

/** A format as printf of scripts takes it, and what each conversion is of. */
export interface Format {
  /** Without quotation marks, escaped as in a script. */
  readonly text: string;
  readonly conversions: readonly string[];
}

const CONVERSION = /%(%|[-+ #0]*\d*(?:\.\d+)?(?:hh|h|ll|l|z|j)?([a-zA-Z]))/g;
/** %K and %U are symbols of the kernel and of programs. */
const KNOWN = new Set(['d', 'i', 'u', 'x', 'X', 'o', 'c', 's', 'p', 'K', 'U']);

/** @param text between the quotation marks. Throws ParameterError. */
export function readFormat(text: string, parameter: string): Format {
  const wrong = (message: string) => new ParameterError([{ name: parameter, message: `"${text}": ${message}` }]);
  if (/\p{Cc}/u.test(text)) throw wrong('a format is one line');
  if (/\\(?![nt"\\])/.test(text)) throw wrong('only \\n, \\t, \\" and \\\\ are known');
  const conversions: string[] = [];
  const written = text.replaceAll(CONVERSION, (whole, rest: string, letter: string) => {
    if (rest === '%') return whole;
    if (!KNOWN.has(letter)) throw wrong(`there is no %${letter}`);
    conversions.push(letter);
    return letter === 'K' || letter === 'U' ? `${whole.slice(0, -1)}s` : whole;
  });
  return { text: written, conversions };
}

/** The argument of a conversion. */
export function converted(expression: string, conversion: string): string {
  switch (conversion) {
    case 's':
      return `str(${expression})`;
    case 'K':
      return `ksym(${expression})`;
    case 'U':
      return `usym(${expression})`;
    default:
      return expression;
  }
}
