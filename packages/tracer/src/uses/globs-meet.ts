/**
 * Whether some text matches both search patterns (`*` any text, `?` any character). Takes the product of their lengths:
 * a table instead of backtracking.
 */
export function globsMeet(a: string, b: string): boolean {
  // reach[j]: a[0..i) and b[0..j) can match the same text.
  let reach = startRow(b);
  for (const character of a) {
    const next = [character === '*' && reach[0] === true];
    for (let at = 0; at < b.length; at++) {
      const other = b.charAt(at);
      const stars =
        (character === '*' && (reach[at + 1] === true || next[at] === true)) || starOf(other, reach, next, at);
      const same = character === other || (character === '?' && other !== '*') || other === '?';
      next.push(stars || (same && character !== '*' && other !== '*' && reach[at] === true));
    }
    reach = next;
  }
  return reach[b.length] === true;
}

/** A star of the other pattern takes nothing, or one character more. */
function starOf(other: string, reach: readonly boolean[], next: readonly boolean[], at: number): boolean {
  return other === '*' && (next[at] === true || reach[at + 1] === true);
}

function startRow(b: string): boolean[] {
  const row = [true];
  for (let at = 0; at < b.length; at++) row.push(row[at] === true && b.charAt(at) === '*');
  return row;
}
