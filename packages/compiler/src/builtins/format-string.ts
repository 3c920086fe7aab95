/** One conversion of a printf format: `%-8lld`. */
export interface Conversion {
  /** With the `%`. */
  readonly text: string;
  /** What comes last: `d`, `s`, `rx` ... */
  readonly letter: string;
}

/**
 * What bpftrace 0.27 takes for a conversion: flags in this order alone, `*` without an argument of its own. All else
 * is text, a lone `%` too.
 */
const conversion = /%-?\+? ?#?0?(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlLjzt]*(rh|rx|gr|[diouxXeEfFgGaAcspnr%])/g;

/** The conversions of a printf format that take an argument. */
export function parseFormat(format: string): Conversion[] {
  const conversions: Conversion[] = [];
  for (const [text, letter = ''] of format.matchAll(conversion)) {
    if (letter !== '%') conversions.push({ text, letter });
  }
  return conversions;
}

/** A format with its conversions replaced by texts, without regard to width and base. */
export function fillFormat(format: string, values: readonly string[]): string {
  let next = 0;
  return format.replace(conversion, (_, letter: string) => (letter === '%' ? '%' : (values[next++] ?? '')));
}
