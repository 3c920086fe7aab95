import type { CompileEnv } from '../env.ts';
import type { Block, For, While } from '../syntax/ast.ts';
import { visitStatement, visitStatementExpressions } from '../syntax/visitor.ts';
import { constantValue } from './fold-constants.ts';

/** The verifier follows each round of a loop in the program itself; more rounds than this take it too long. */
const MAX_ROUNDS = 32n;
/** ... and each way through a round again: a body that decides more often than this has too many of them. */
const MAX_DECISIONS = 4;

/** What may run as a function that the kernel calls for each round. */
export type Loop = For | While;

/**
 * How a loop runs: in the program, or as a function that the kernel calls for each round, which shares its variables
 * through memory.
 */
export function loopKind(
  loop: Loop,
  { features, forgetful = false }: Pick<CompileEnv, 'features' | 'forgetful'>,
): 'inline' | 'callback' {
  if (loop.kind === 'while') return forgetful && features.has('loop') ? 'callback' : 'inline';
  const { over, body } = loop;
  if (over.kind === 'map') return 'callback';
  const from = constantValue(over.from);
  const to = constantValue(over.to);
  const short = !forgetful && from !== undefined && to !== undefined && to - from <= MAX_ROUNDS;
  return (short && decisions(body) <= MAX_DECISIONS) || !features.has('loop') ? 'inline' : 'callback';
}

/** How often statements go one way or another. */
function decisions(body: Block): number {
  let count = 0;
  visitStatement(body, ({ kind }) => {
    if (kind === 'if' || kind === 'while') count += 1;
  });
  visitStatementExpressions(body, (expression) => {
    const logical = expression.kind === 'binary' && ['&&', '||'].includes(expression.operator);
    if (logical || expression.kind === 'ternary') count += 1;
  });
  return count;
}
