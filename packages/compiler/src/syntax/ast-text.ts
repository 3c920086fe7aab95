import type { Script } from './ast.ts';

/** The tree of a script as indented JSON without spans; integers that a double cannot hold are strings. */
export function astText(script: Script): string {
  return `${JSON.stringify(script.clauses, plain, 2)}\n`;
}

function plain(key: string, value: unknown): unknown {
  if (key === 'span' || key === 'nameSpan') return undefined;
  if (typeof value !== 'bigint') return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}
