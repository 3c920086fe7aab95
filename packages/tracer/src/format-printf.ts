import { type Scalar, scalarText } from '@bpfleet/aggregate';

/** A format string taken apart once, so that formatting an event only joins. */
export type FormatPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'argument';
      readonly conversion: 'd' | 'u' | 'o' | 'x' | 'X' | 'c' | 's' | 'p' | 'r' | 'rx' | 'rh';
      readonly leftAlign: boolean;
      readonly plus: boolean;
      readonly alternate: boolean;
      readonly fill: '0' | ' ';
      readonly width: number;
      /** Integers are cut to so many bits. */
      readonly bits: 8 | 16 | 32 | 64;
    };
type Argument = Extract<FormatPart, { kind: 'argument' }>;

const SPECIFIER = /%(-?)(\+?) ?(#?)(0?)(\*|\d+)?(?:\.(?:\*|\d+))?([hlLjzt]*)(rx|rh|[diouxXcspr%])/g;
/** No honest format is wider, and a script must not fill our memory with blanks. */
const MAX_WIDTH = 4096;

const bitsOf: Readonly<Record<string, 8 | 16 | 64>> = { hh: 8, h: 16, l: 64, ll: 64, j: 64, z: 64, t: 64 };

/**
 * Takes a printf format apart as bpftrace 0.27 does, which formats by C++'s streams: integers have 32 bits unless a
 * modifier says otherwise; zeros fill on the left of sign and base, or on the right after `-`; a precision and a blank
 * change nothing. What is no specifier stays as it is.
 */
export function parseFormat(format: string): FormatPart[] {
  const parts: FormatPart[] = [];
  let end = 0;
  let text = '';
  for (const match of format.matchAll(SPECIFIER)) {
    const [whole, minus, plus, hash, zero, width, length = '', conversion] = match;
    text += format.slice(end, match.index);
    end = match.index + whole.length;
    if (conversion === '%') {
      text += '%';
      continue;
    }
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
    parts.push({
      kind: 'argument',
      conversion: (conversion === 'i' ? 'd' : conversion) as Argument['conversion'],
      leftAlign: minus !== '',
      plus: plus !== '',
      alternate: hash !== '',
      fill: zero === '0' ? '0' : ' ',
      width: width === undefined || width === '*' ? 0 : Math.min(Number(width), MAX_WIDTH),
      bits: bitsOf[length] ?? 32,
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
  if (typeof value === 'string') return pad(part, value);
  if (typeof value !== 'bigint') return pad(part, scalarText(value));
  return pad(part, formatNumber(part, value));
}

function formatNumber({ conversion, bits, plus, alternate }: Argument, value: bigint): string {
  switch (conversion) {
    case 's':
    case 'r':
    case 'rx':
    case 'rh':
      return plus && value >= 0n ? `+${value}` : `${value}`;
    case 'c':
      return String.fromCharCode(Number(BigInt.asUintN(8, value)));
    case 'p':
      // Null is a bare 0.
      return value === 0n ? '0' : `0x${BigInt.asUintN(64, value).toString(16)}`;
    case 'd': {
      const number = BigInt.asIntN(bits, value);
      return plus && number >= 0n ? `+${number}` : `${number}`;
    }
    case 'u':
      return `${BigInt.asUintN(bits, value)}`;
    case 'o': {
      const digits = BigInt.asUintN(bits, value).toString(8);
      return alternate && digits !== '0' ? `0${digits}` : digits;
    }
    case 'x':
    case 'X': {
      const number = BigInt.asUintN(bits, value);
      const text = `${alternate && number !== 0n ? '0x' : ''}${number.toString(16)}`;
      return conversion === 'X' ? text.toUpperCase() : text;
    }
  }
}

function pad({ width, leftAlign, fill }: Argument, text: string): string {
  if (width === 0) return text;
  // Width counts bytes, as in C.
  const missing = width - Buffer.byteLength(text);
  if (missing <= 0) return text;
  return leftAlign ? text + fill.repeat(missing) : fill.repeat(missing) + text;
}
