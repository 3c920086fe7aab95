import type { AttachPoint } from '../syntax/ast.ts';
import type { ExpandContext } from './provider.ts';

/** The names a wildcard stands for, or none where they are none or too many, which is reported. `what`: in plural. */
export function checkMatches<T>(
  point: AttachPoint,
  matches: readonly T[],
  what: string,
  { config, diagnostics }: ExpandContext,
): readonly T[] {
  if (matches.length > config.maxProbes) {
    const message = `${point.text} matches ${matches.length} ${what}; at most ${config.maxProbes} are allowed`;
    diagnostics.error('too-many-probes', point.span, message, 'name fewer of them');
    return [];
  }
  if (matches.length === 0) diagnostics.error('no-match', point.span, `${point.text} matches no ${what}`);
  return matches;
}
