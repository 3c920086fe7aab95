const U64_MAX = (1n << 64n) - 1n;

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

const integerSuffix = /^(u|l|ll|ul|ull)$/i;

/**
 * The value of a number as scripts write it: `10`, `0x1f`, `0755`, `1_000`, `1e6`, `10ull`, and durations in
 * nanoseconds (`5ms`). An error is a sentence.
 */
export function parseNumber(text: string): { readonly value: bigint } | { readonly error: string } {
  const plain = text.replace(/(?<=[0-9a-fA-F])_(?=[0-9a-fA-F])/g, '');
  const value = parseHex(plain) ?? parseExponent(plain) ?? parseDecimal(plain);
  if (value === undefined) return { error: `invalid number '${text}'` };
  if (value > U64_MAX) return { error: `'${text}' does not fit 64 bits` };
  return { value };
}

function parseHex(text: string): bigint | undefined {
  const match = /^(0x[0-9a-f]+)([ul]*)$/i.exec(text);
  if (match === null || match[1] === undefined || match[1].length > 34) return undefined;
  return match[2] === '' || integerSuffix.test(match[2] ?? '') ? BigInt(match[1]) : undefined;
}

function parseExponent(text: string): bigint | undefined {
  const match = /^(\d+)e(\d{1,2})$/i.exec(text);
  if (match === null || (match[1] ?? '').length > 40) return undefined;
  return BigInt(match[1] ?? '0') * 10n ** BigInt(match[2] ?? '0');
}

function parseDecimal(text: string): bigint | undefined {
  const match = /^(\d{1,40})([a-z]*)$/i.exec(text);
  if (match === null) return undefined;
  const [, digits = '', suffix = ''] = match;
  const unit =
    suffix === '' || integerSuffix.test(suffix)
      ? 1n
      : Object.hasOwn(durationUnits, suffix)
        ? durationUnits[suffix]
        : undefined;
  if (unit === undefined) return undefined;
  if (digits.length > 1 && digits.startsWith('0')) {
    return /^[0-7]+$/.test(digits) ? BigInt(`0o${digits}`) * unit : undefined;
  }
  return BigInt(digits) * unit;
}
