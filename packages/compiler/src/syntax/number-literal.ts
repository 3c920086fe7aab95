const U64_MAX = (1n << 64n) - 1n;

/** Digits that are read at all; more never fit 64 bits. */
const MAX_DIGITS = 40;

/** Nanoseconds of each duration suffix. */
export const durationUnits: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
};

const integerSuffix = /^(?:u|l|ll|ul|ull|lu|llu)$/i;

export type ParsedNumber =
  | { readonly value: bigint }
  /** A sentence, and how many characters at the start of the number are not what it is about. */
  | { readonly error: string; readonly offset: number };

/**
 * The value of a number as scripts write it: `10`, `0x1f`, `0755`, `1_000`, `1e6`, `10ull`, and durations in
 * nanoseconds (`5ms`).
 */
export function parseNumber(text: string): ParsedNumber {
  const hex = /^0x([0-9a-f_]*)(.*)$/i.exec(text);
  if (hex !== null) return number({ text, digits: hex[1] ?? '', prefix: '0x', exponent: 0, suffix: hex[2] ?? '' });
  const decimal = /^([0-9_]+)(?:e([0-9]+))?(.*)$/i.exec(text);
  const [, digits = '', exponent, suffix = ''] = decimal ?? [];
  if (/^e/i.test(suffix)) return { error: `invalid trailing bytes: ${text}`, offset: 0 };
  const prefix = /^0[0-9_]/.test(digits) && exponent === undefined ? '0o' : '';
  return number({ text, digits, prefix, exponent: exponent === undefined ? 0 : Number(exponent), suffix });
}

interface Parts {
  readonly text: string;
  readonly digits: string;
  readonly prefix: '' | '0x' | '0o';
  readonly exponent: number;
  readonly suffix: string;
}

function number({ text, digits, prefix, exponent, suffix }: Parts): ParsedNumber {
  if (digits.endsWith('_')) return { error: 'trailing underscore in integer literal', offset: text.indexOf('_') };
  const plain = digits.replaceAll('_', '').replace(/^0+(?=.)/, '');
  if (plain === '') return { error: `invalid integer: ${text}`, offset: 0 };
  if (prefix === '0o' && /[89]/.test(plain)) return { error: `invalid trailing bytes: ${text}`, offset: 0 };
  const unit =
    suffix === '' || integerSuffix.test(suffix)
      ? 1n
      : Object.hasOwn(durationUnits, suffix)
        ? durationUnits[suffix]
        : undefined;
  if (unit === undefined) {
    return { error: `invalid integer suffix '${suffix}'`, offset: text.length - suffix.length };
  }
  const overflow = { error: `overflow error, maximum value is ${U64_MAX}: ${text}`, offset: 0 };
  if (plain.length > MAX_DIGITS || (exponent > MAX_DIGITS && plain !== '0')) return overflow;
  const value = BigInt(prefix + plain) * 10n ** BigInt(plain === '0' ? 0 : exponent) * unit;
  return value > U64_MAX ? overflow : { value };
}
