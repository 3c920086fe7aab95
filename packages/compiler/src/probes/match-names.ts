import type { CompileConfig } from '../env.ts';
import type { AttachPoint } from '../syntax/ast.ts';
import type { ExpandContext } from './provider.ts';

/** The names a wildcard stands for, or none where they are none or too many, which is reported. `what`: in plural. */
export function checkMatches<T>(
  point: AttachPoint,
  matches: readonly T[],
  what: string,
  { config, diagnostics }: ExpandContext,
): readonly T[] {
  const { length } = matches;
  if (length > config.maxProbes) {
    diagnostics.error('too-many-probes', point.span, tooMany(length, config), raiseLimit(length));
    return [];
  }
  if (length === 0) diagnostics.error('no-match', point.span, `${point.text} matches no ${what}`);
  return matches;
}

export function tooMany(probes: number, { maxProbes }: CompileConfig): string {
  return `Can't attach to ${probes} probes because it exceeds the current limit of ${maxProbes} probes.`;
}

/** What to do where a script would have so many probes. */
export function raiseLimit(probes: number): string {
  return `name fewer of them, or allow them: config = { max_probes = ${probes} }`;
}

/** That there is no such probe, as bpftrace says it. */
export function noMatch(provider: string, ...place: readonly string[]): string {
  return `No matches for ${provider} ${place.join(':')}.`;
}
