/** Far more than any function is long. */
const MAX_OFFSET = 1 << 28;

/** Takes `name+4` or `name+0x1f` apart; `offset` is undefined where it is no such number. Bytes. */
export function parseOffset(text: string): { readonly name: string; readonly offset: number | undefined } {
  const plus = text.indexOf('+');
  if (plus < 0) return { name: text, offset: 0 };
  const digits = text.slice(plus + 1);
  const offset = /^(0x[\da-fA-F]+|\d+)$/.test(digits) ? Number(digits) : Number.NaN;
  return { name: text.slice(0, plus), offset: offset <= MAX_OFFSET ? offset : undefined };
}
