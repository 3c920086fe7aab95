import { type Scalar, STACK_VALUE_INDENT, scalarText } from '@bpfleet/aggregate';

/** A format string taken apart once, so that formatting an event only joins. */
export type FormatPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'argument';
      readonly conversion: 'd' | 'u' | 'o' | 'x' | 'X' | 'c' | 's' | 'p';
      readonly leftAlign: boolean;
      readonly plus: boolean;
      readonly space: boolean;
      readonly alternate: boolean;
      readonly zeroPad: boolean;
      readonly width: number;
      /** Absent: as long as it is. */
      readonly precision?: number;
      /** Integers are cut to so many bits. */
      readonly bits: 8 | 16 | 64;
    };
type Argument = Extract<FormatPart, { kind: 'argument' }>;

const SPECIFIER = /%(?:%|([-+ #0]*)(\d+)?(?:\.(\d+)?)?(hh|h|ll|l|j|z|t|L)?([diuoxXcsp]))/g;
/** No honest format is wider, and a script must not fill our memory with blanks. */
const MAX_WIDTH = 4096;

/**
 * Takes a printf format apart, as printf(3) says, except that integers have 64 bits unless `h` or `hh` says less:
 * bpftrace prints a 64-bit value in full with a plain %d. What is no specifier stays as it is.
 */
export function parseFormat(format: string): FormatPart[] {
  const parts: FormatPart[] = [];
  let end = 0;
  let text = '';
  for (const match of format.matchAll(SPECIFIER)) {
    const [whole, flags = '', width, precision, length, conversion] = match;
    text += format.slice(end, match.index);
    end = match.index + whole.length;
    if (conversion === undefined) {
      text += '%';
      continue;
    }
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
    parts.push({
      kind: 'argument',
      conversion: (conversion === 'i' ? 'd' : conversion) as Argument['conversion'],
      leftAlign: flags.includes('-'),
      plus: flags.includes('+'),
      space: flags.includes(' '),
      alternate: flags.includes('#'),
      zeroPad: flags.includes('0'),
      width: Math.min(Number(width ?? 0), MAX_WIDTH),
      ...(whole.includes('.') ? { precision: Math.min(Number(precision ?? 0), MAX_WIDTH) } : {}),
      bits: length === 'hh' ? 8 : length === 'h' ? 16 : 64,
    });
  }
  text += format.slice(end);
  if (text !== '') parts.push({ kind: 'text', text });
  return parts;
}

/** The text of one printf. An argument that is missing prints as nothing. */
export function formatPrintf(parts: readonly FormatPart[], args: readonly Scalar[]): string {
  let text = '';
  let next = 0;
  for (const part of parts) {
    if (part.kind === 'text') text += part.text;
    else text += formatArgument(part, args[next++] ?? '');
  }
  return text;
}

function formatArgument(part: Argument, value: Scalar): string {
  if (typeof value === 'string')
    return pad(part, part.precision === undefined ? value : value.slice(0, part.precision));
  if (typeof value !== 'bigint') return pad(part, scalarText(value, STACK_VALUE_INDENT));
  switch (part.conversion) {
    case 's':
      return pad(part, value.toString());
    case 'c':
      return pad(part, String.fromCharCode(Number(BigInt.asUintN(8, value))));
    case 'p':
      // As C++ streams print a pointer: null is a bare 0.
      return pad(part, value === 0n ? '0' : `0x${BigInt.asUintN(64, value).toString(16)}`);
    case 'd': {
      const number = BigInt.asIntN(part.bits, value);
      const sign = number < 0n ? '-' : part.plus ? '+' : part.space ? ' ' : '';
      return padNumber(part, sign, (number < 0n ? -number : number).toString());
    }
    case 'u':
      return padNumber(part, '', BigInt.asUintN(part.bits, value).toString());
    case 'o': {
      const digits = BigInt.asUintN(part.bits, value).toString(8);
      return padNumber(part, part.alternate && digits !== '0' ? '0' : '', digits);
    }
    case 'x':
    case 'X': {
      const number = BigInt.asUintN(part.bits, value);
      const text = padNumber(part, part.alternate && number !== 0n ? '0x' : '', number.toString(16));
      return part.conversion === 'X' ? text.toUpperCase() : text;
    }
  }
}

/** `prefix`: the sign or base; zeros go behind it. */
function padNumber(part: Argument, prefix: string, digits: string): string {
  if (part.precision !== undefined) return pad(part, prefix + digits.padStart(part.precision, '0'));
  if (part.zeroPad && !part.leftAlign) return prefix + digits.padStart(part.width - prefix.length, '0');
  return pad(part, prefix + digits);
}

function pad(part: Argument, text: string): string {
  if (part.width === 0) return text;
  // Width counts bytes, as in C.
  const missing = part.width - Buffer.byteLength(text);
  if (missing <= 0) return text;
  return part.leftAlign ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}
