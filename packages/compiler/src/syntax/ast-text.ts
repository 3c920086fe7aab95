import type { Script } from './ast.ts';

/** The tree of a script as indented JSON without spans; integers that a double cannot hold are strings. */
export function astText(script: Script): string {
  const { imports, clauses, macros, functions, config, mapDeclarations, definitions } = script;
  const preamble = { imports, config, mapDeclarations, definitions, macros, functions };
  // A script of clauses alone is the list of them.
  const used = Object.entries(preamble).filter(([, list]) => list.length > 0);
  const shown = used.length === 0 ? clauses : { ...Object.fromEntries(used), clauses };
  return `${JSON.stringify(shown, plain, 2)}\n`;
}

function plain(key: string, value: unknown): unknown {
  if (key === 'span' || /^[a-z]+Span$/.test(key)) return undefined;
  if (typeof value !== 'bigint') return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)
    ? Number(value)
    : value.toString();
}
