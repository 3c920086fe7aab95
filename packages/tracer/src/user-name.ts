import { readFileSync } from 'node:fs';

let names: ReadonlyMap<number, string> | undefined;

/** The name of a user by its number; the number where /etc/passwd, which is read once, has none. */
export function userName(id: number): string {
  names ??= readNames();
  return names.get(id) ?? `${id}`;
}

function readNames(): ReadonlyMap<number, string> {
  try {
    return parsePasswd(readFileSync('/etc/passwd', 'utf8'));
  } catch {
    return new Map();
  }
}

/** passwd(5): the first name of a number counts. */
function parsePasswd(text: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name = '', , id = ''] = line.split(':');
    if (/^\d+$/.test(id) && !found.has(Number(id))) found.set(Number(id), name);
  }
  return found;
}
