/** Whether a name has a part that stands for several: `*`, `?` or `[...]`. */
export function hasWildcard(pattern: string): boolean {
  return /[*?[\]]/.test(pattern);
}

/** A matcher of whole names, as the shell's: `*` any text, `?` one character, `[a-c]` a set. */
export function matcher(pattern: string): (name: string) => boolean {
  if (!hasWildcard(pattern)) return (name) => name === pattern;
  const parts = pattern.split(/(\*+|\?|\[[^\]]*\])/);
  const source = parts.map((part) => {
    if (part.startsWith('*')) return '[^]*?';
    if (part === '?') return '[^]';
    if (part.startsWith('[') && part.endsWith(']') && part.length > 2) return setSource(part.slice(1, -1));
    return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  if (parts.filter((part) => part.startsWith('*')).length > 8) return () => false;
  try {
    const expression = new RegExp(`^${source.join('')}$`);
    return (name) => expression.test(name);
  } catch {
    return () => false;
  }
}

function setSource(set: string): string {
  const negated = set.startsWith('!');
  const members = (negated ? set.slice(1) : set).replace(/[\\^\]]/g, '\\$&');
  return `[${negated ? '^' : ''}${members}]`;
}
