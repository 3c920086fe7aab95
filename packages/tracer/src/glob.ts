type Token = { readonly kind: 'star' } | { readonly kind: 'one'; readonly matches: (character: string) => boolean };

/**
 * bpftrace's search pattern: `*` any text, `?` any character, `[abc]` one of them; all else is itself.
 * Not a RegExp: a pattern of many stars would make that backtrack for ever. This takes pattern times name at most.
 */
export function globMatcher(glob: string): (name: string) => boolean {
  const tokens = tokenize(glob);
  return (name) => matchesTokens(tokens, name);
}

function tokenize(glob: string): Token[] {
  const tokens: Token[] = [];
  for (const [text, set] of glob.matchAll(/\[([^\]]+)\]|[\s\S]/g)) {
    if (set !== undefined) tokens.push({ kind: 'one', matches: (character) => set.includes(character) });
    else if (text === '?') tokens.push({ kind: 'one', matches: () => true });
    else if (text !== '*') tokens.push({ kind: 'one', matches: (character) => character === text });
    else if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
  }
  return tokens;
}

function matchesTokens(tokens: readonly Token[], name: string): boolean {
  let token = 0;
  let at = 0;
  // Only the last star need ever take more: what came before it has matched as early as it can.
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    const current = tokens[token];
    if (current?.kind === 'star') {
      star = token++;
      resume = at;
    } else if (current?.matches(name.charAt(at)) === true) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every(({ kind }) => kind === 'star');
}
