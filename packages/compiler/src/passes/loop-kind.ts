import type { CompileEnv } from '../env.ts';
import type { For } from '../syntax/ast.ts';
import { constantValue } from './fold-constants.ts';

/** The verifier follows each round of a loop in the program itself; more rounds than this take it too long. */
const MAX_ROUNDS = 32n;

/**
 * How a `for` runs: in the program, or as a function that the kernel calls for each round, which shares its variables
 * through memory.
 */
export function loopKind({ over }: For, { features }: Pick<CompileEnv, 'features'>): 'inline' | 'callback' {
  if (over.kind === 'map') return 'callback';
  const from = constantValue(over.from);
  const to = constantValue(over.to);
  const short = from !== undefined && to !== undefined && to - from <= MAX_ROUNDS;
  return short || !features.has('loop') ? 'inline' : 'callback';
}
