/** The counts that a workload told, by name. */
export type Truths = ReadonlyMap<string, number>;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([a-z][a-z0-9_]*)|([-+*/()]))/gy;

/**
 * The number that a bound stands for: numbers, names of counts, `+ - * /` and brackets, as in `made * 4096 - 5`.
 *
 * Throws Error with a sentence where it makes no sense or names a count that was not told.
 */
export function evaluate(expression: string, truths: Truths): number {
  const tokens = tokensOf(expression);
  let at = 0;
  const wrong = (what: string) => new Error(`"${expression}": ${what}`);
  const term = (): number => {
    const token = tokens[at++];
    if (token === '-') return -term();
    if (token === '(') {
      const value = sum();
      if (tokens[at++] !== ')') throw wrong('a bracket is not closed');
      return value;
    }
    if (token === undefined || /^[+*/)]$/.test(token)) throw wrong('a number or a name is missing');
    if (/^\d/.test(token)) return Number(token);
    const value = truths.get(token);
    if (value === undefined) throw wrong(`the workload told no ${token}=NUMBER`);
    return value;
  };
  const product = (): number => {
    let value = term();
    while (tokens[at] === '*' || tokens[at] === '/') value = tokens[at++] === '*' ? value * term() : value / term();
    return value;
  };
  const sum = (): number => {
    let value = product();
    while (tokens[at] === '+' || tokens[at] === '-')
      value = tokens[at++] === '+' ? value + product() : value - product();
    return value;
  };
  const value = sum();
  if (at < tokens.length) throw wrong(`"${tokens[at]}" is not expected`);
  return value;
}

function tokensOf(expression: string): string[] {
  const text = expression.trimEnd();
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const [, number, name, sign] = TOKEN.exec(text) ?? [];
    const token = number ?? name ?? sign;
    if (token === undefined) throw new Error(`"${expression}": makes no sense at "${text.slice(at)}"`);
    tokens.push(token);
  }
  return tokens;
}
