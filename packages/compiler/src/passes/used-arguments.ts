import type { TypedProbe } from './model.ts';

/** Words whose value depends on how the program is attached, not on the event alone. */
const attachedWords: ReadonlySet<string> = new Set(['kstack', 'stack', 'ctx', 'reg', 'override', 'skboutput']);

/**
 * The arguments by name that a clause reads, in the order it names them; undefined where it depends on the program's
 * context in any other way, so that only its own kind of program will do.
 */
export function usedArguments({ typing }: TypedProbe): readonly string[] | undefined {
  const names: string[] = [];
  let mentions = 0;
  for (const expression of typing.expressions.keys()) {
    if (expression.kind === 'identifier' || expression.kind === 'call') {
      if (attachedWords.has(expression.name)) return undefined;
      if (expression.name === 'args') mentions++;
    }
    if (expression.kind === 'member' && expression.object.kind === 'identifier' && expression.object.name === 'args') {
      names.push(expression.name);
    }
  }
  return names.length === mentions ? names : undefined;
}
