import { wrongRequest } from '../cli-error.ts';
import { type ProgramObject, type ProgramText, readProgram, withArguments } from './read-program.ts';
import { type ProgramTool, readTool, type ToolLookup } from './read-tool.ts';
import { validateProgram, wholeProgram } from './validate-program.ts';

export type Program = ProgramText | ProgramObject | ProgramTool;

export interface PreparedProgram {
  readonly program: Program;
  /** What can be told without a node, formatted. */
  readonly warnings: readonly string[];
}

/**
 * WHAT of a command line, whole and checked as far as it can be here.
 *
 * @param words its arguments
 * @param parameters variables of an object, NAME=VALUE each
 * Throws CliError, ApiError.
 */
export async function prepareProgram(
  what: string,
  words: readonly string[],
  parameters: readonly string[],
  look: ToolLookup = 'controller',
): Promise<PreparedProgram> {
  const tool = await readTool(what, words, look);
  if (tool !== null) {
    if (parameters.length > 0) throw wrongRequest(`-p ${parameters[0]}: parameters of a tool come after "--".`);
    return { program: tool, warnings: [] };
  }
  const given = withArguments(readProgram(what), words);
  if (given.kind === 'object') {
    const { withSettings } = await import('./object-settings.ts');
    return { program: await withSettings(given, parameters), warnings: [] };
  }
  const program = await wholeProgram(given);
  return { program, warnings: await validateProgram(program) };
}
