import { readFileSync, statSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import type { CliError } from '../cli-error.ts';
import type { ProgramObject, ProgramText } from '../run/read-program.ts';
import type { HeaderOptions } from '../run/with-files.ts';
import { LocalError } from './local-error.ts';
import type { LocalOptions } from './local-options.ts';
import { type LocalTool, readLocalTool } from './read-local-tool.ts';

export type LocalProgram = ProgramText | ProgramObject | LocalTool;

/** Largest script, bytes. */
const MAX_SCRIPT = 1_000_000;

/**
 * The script as text, of a file, or of stdin for `-`; an object of a file named *.o or *.bpf.s, with its variables set to
 * `named`, NAME=VALUE each; or a tool by its name or folder, with the parameters that `words` are. Throws LocalError.
 */
export async function readLocalProgram(
  script: string | undefined,
  file: string | undefined,
  headers: HeaderOptions,
  { named = [], words = [] }: Partial<Pick<LocalOptions, 'named' | 'words'>> = {},
): Promise<LocalProgram> {
  if (script !== undefined && script !== '') return whole({ kind: 'script', source: script, name: 'stdin' }, headers);
  if (file === undefined) throw new LocalError("USAGE: filename or -e 'program' required.");
  if (file === '-') return whole({ kind: 'script', source: readBounded(0, 'stdin'), name: 'stdin' }, headers);
  if (file.endsWith('.o') || file.endsWith('.bpf.s')) return readObject(file, named);
  const tool = await readLocalTool(file, words);
  if (tool !== null) return tool;
  return whole({ kind: 'script', source: readBounded(file, file), name: file }, headers);
}

async function whole(program: ProgramText, headers: HeaderOptions): Promise<ProgramText> {
  const { FilesError, withFiles } = await import('../run/with-files.ts');
  try {
    return await withFiles(program, headers);
  } catch (error) {
    if (!(error instanceof FilesError)) throw error;
    throw new LocalError(error.message, { reports: error.reports, cause: error });
  }
}

async function readObject(file: string, parameters: readonly string[]): Promise<ProgramText | ProgramObject> {
  const { readProgramFile } = await import('../run/read-program.ts');
  const { withSettings } = await import('../run/object-settings.ts');
  try {
    const program = readProgramFile(file);
    return program.kind === 'object' ? await withSettings(program, parameters) : program;
  } catch (error) {
    const { message, report } = error as CliError;
    throw new LocalError(message, { ...(report !== undefined && { reports: [report] }), cause: error });
  }
}

function readBounded(file: string | number, name: string): string {
  try {
    if (typeof file === 'string' && statSync(file).size > MAX_SCRIPT) throw tooLarge(name);
    const bytes = readFileSync(file);
    if (bytes.length > MAX_SCRIPT) throw tooLarge(name);
    return bytes.toString('utf8');
  } catch (error) {
    if (error instanceof LocalError) throw error;
    throw new LocalError(`failed to open file '${name}': ${reasonOf(error as NodeJS.ErrnoException)}`, {
      cause: error,
    });
  }
}

function tooLarge(name: string): LocalError {
  return new LocalError(`'${name}' is larger than a script may be, ${MAX_SCRIPT} bytes`);
}

/** The error's text, with the capital letter that C's strerror has. */
export function reasonOf({ errno, message }: NodeJS.ErrnoException): string {
  const [, text] = (errno === undefined ? undefined : getSystemErrorMap().get(errno)) ?? ['', message];
  return text.charAt(0).toUpperCase() + text.slice(1);
}
