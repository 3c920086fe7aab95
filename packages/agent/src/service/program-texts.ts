import { create, type LoadedProgram, LoadedProgramSchema } from '@bpfleet/contracts';
import type { Tracing } from '../tracing.ts';

/** Of all texts of one answer, characters: a large program has some megabytes. */
const maxTextLength = 2_000_000;

/**
 * Programs of this kernel as text, in the order of their identifiers. One that cannot be told has a reason, as has the first
 * that an answer has no room for; those after it are left out.
 */
export function programTexts(tracing: Pick<Tracing, 'programText'>, ids: readonly number[]): LoadedProgram[] {
  const texts: LoadedProgram[] = [];
  let length = 0;
  for (const id of ids) {
    const text = textOf(tracing, id);
    length += text.instructions.length;
    if (length > maxTextLength) {
      const reason = 'an answer has no room for it: ask for fewer programs';
      texts.push(create(LoadedProgramSchema, { id, name: text.name, reason }));
      break;
    }
    texts.push(text);
  }
  return texts;
}

function textOf(tracing: Pick<Tracing, 'programText'>, id: number): LoadedProgram {
  try {
    return create(LoadedProgramSchema, tracing.programText(id));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return create(LoadedProgramSchema, { id, reason: error.message });
  }
}
