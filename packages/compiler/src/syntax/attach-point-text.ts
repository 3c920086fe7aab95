/** Probes that name a file, in which `/` is part of the name. */
const fileProbe = /^(?:u|uprobe|ur|uretprobe|U|usdt|w|watchpoint|aw|asyncwatchpoint|it|iter|\*|u\*|uprobe\*):/;

/** `name=` before a probe is accepted and means nothing. */
const label = /^[A-Za-z_][A-Za-z0-9_]*=/;

/**
 * Where the attach point that begins at an offset ends: at a blank, `,` or `{` outside quotes. Elsewhere than in
 * probes that name a file, `/` begins the predicate.
 */
export function attachPointEnd(text: string, start: number): number {
  let at = start;
  let withSlashes: boolean | undefined;
  for (; at < text.length; at++) {
    const character = text[at] ?? '';
    if (/[\s,{}]/.test(character)) break;
    if (character === '"') {
      const close = quoteEnd(text, at);
      if (close === undefined) break;
      at = close;
    } else if (character === '\\' && at + 1 < text.length && !/\s/.test(text[at + 1] ?? '')) {
      at++;
    } else if (character === '/') {
      withSlashes ??= fileProbe.test(text.slice(start, at).replace(label, ''));
      if (!withSlashes) break;
    }
  }
  return at;
}

/** The closing quote, on the same line. */
function quoteEnd(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return undefined;
}

/**
 * The parts of an attach point between its colons, without quotes and backslashes. Outside quotes `$1` is a positional
 * parameter and replaced by what `parameter` gives for its number.
 */
export function attachPointParts(
  text: string,
  parameter: (index: string) => string = (index) => `$${index}`,
): string[] {
  const parts: string[] = [];
  let part = '';
  const plain = text.replace(label, '');
  for (let at = 0; at < plain.length; at++) {
    const character = plain[at] ?? '';
    if (character === ':') {
      parts.push(part);
      part = '';
    } else if (character === '\\') {
      part += plain[++at] ?? '';
    } else if (character === '"') {
      for (at++; at < plain.length && plain[at] !== '"'; at++) {
        if (plain[at] === '\\') at++;
        part += plain[at] ?? '';
      }
    } else {
      const index = character === '$' ? /^[0-9]+/.exec(plain.slice(at + 1, at + 8))?.[0] : undefined;
      if (index === undefined) {
        part += character;
      } else {
        part += parameter(index);
        at += index.length;
      }
    }
  }
  parts.push(part);
  return parts;
}
