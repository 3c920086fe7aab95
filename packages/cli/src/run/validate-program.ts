import type { Diagnostic } from '@bpfleet/client';
import type { formatDiagnostic } from '@bpfleet/compiler';
import { CliError, ExitStatus } from '../cli-error.ts';
import { plural } from '../render/number.ts';
import type { ProgramText } from './read-program.ts';
import { FilesError, withFiles } from './with-files.ts';

/** What can be told of a script without any node. Returns its warnings, formatted; throws CliError on errors. */
export async function validateProgram({ source, name, arguments: words = [] }: ProgramText): Promise<string[]> {
  const { callOf, compile, formatDiagnostic, permissiveEnv } = await import('@bpfleet/compiler');
  const { diagnostics } = compile(source, { ...permissiveEnv(), ...callOf(words) });
  const formatted = (severity: string) =>
    diagnostics.filter((each) => each.severity === severity).map((each) => formatDiagnostic(source, name, each));
  const errors = formatted('error');
  if (errors.length > 0) {
    throw invalidProgram(errors);
  }
  return formatted('warning');
}

/** The same error, where it was the controller or a node that found it. */
export async function refusedProgram(program: ProgramText, diagnostics: readonly Diagnostic[]): Promise<CliError> {
  const { formatDiagnostic } = await import('@bpfleet/compiler');
  return invalidProgram(
    diagnostics.filter(({ severity }) => severity === 'error').map((each) => format(formatDiagnostic, program, each)),
  );
}

function format(formatDiagnostic_: typeof formatDiagnostic, { source, name }: ProgramText, found: Diagnostic): string {
  const { hint, ...rest } = found;
  const shown = { ...rest, span: { start: 0, end: 0 }, ...(hint === null ? {} : { hint }) };
  return formatDiagnostic_(source, name, shown as Parameters<typeof formatDiagnostic>[2]);
}

/** The script with the files that it names. Throws CliError. */
export async function wholeProgram(program: ProgramText): Promise<ProgramText> {
  try {
    return await withFiles(program);
  } catch (error) {
    throw error instanceof FilesError ? invalidProgram(error.reports) : error;
  }
}

function invalidProgram(errors: readonly string[]): CliError {
  const message = `The script has ${plural(errors.length, 'error')}; nothing was started.`;
  return new CliError(ExitStatus.wrongRequest, message, { report: errors.join('\n') });
}
