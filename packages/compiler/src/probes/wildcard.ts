/** Whether a name has a part that stands for several: `*`, `?` or `[...]`. */
export function hasWildcard(pattern: string): boolean {
  return /[*?[\]]/.test(pattern);
}

/** One place of a pattern: any text, or one character that a test accepts. */
type Element = 'any' | ((character: string) => boolean);

/** A matcher of whole names, as the shell's: `*` any text, `?` one character, `[a-c]` and `[!a-c]` a set. */
export function matcher(pattern: string): (name: string) => boolean {
  const elements = parsePattern(pattern);
  return (name) => matches(elements, name);
}

/** Takes time in proportion to the product of both lengths: on a mismatch only the last `*` takes one more. */
function matches(elements: readonly Element[], name: string): boolean {
  let at = 0;
  let element = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    const current = elements[element];
    if (current === 'any') {
      star = element++;
      resume = at;
    } else if (current?.(name[at] ?? '')) {
      at++;
      element++;
    } else if (star >= 0) {
      at = ++resume;
      element = star + 1;
    } else {
      return false;
    }
  }
  return elements.slice(element).every((rest) => rest === 'any');
}

function parsePattern(pattern: string): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    const close = character === '[' ? pattern.indexOf(']', at + 2) : -1;
    if (character === '*') elements.push('any');
    else if (character === '?') elements.push(() => true);
    else if (close > 0) {
      elements.push(parseSet(pattern.slice(at + 1, close)));
      at = close;
    } else elements.push((given) => given === character);
  }
  return elements;
}

function parseSet(text: string): (character: string) => boolean {
  const negated = text.startsWith('!');
  const ranges: (readonly [first: string, last: string])[] = [];
  for (let at = negated ? 1 : 0; at < text.length; at++) {
    const first = text[at] ?? '';
    const range = text[at + 1] === '-' && at + 2 < text.length;
    ranges.push([first, range ? (text[at + 2] ?? '') : first]);
    if (range) at += 2;
  }
  return (character) => ranges.some(([first, last]) => first <= character && character <= last) !== negated;
}
