import type { CompileEnv } from '@bpfleet/compiler';
import { CliError } from '../cli-error.ts';
import { plural } from '../render/number.ts';
import type { ProgramText } from '../run/read-program.ts';

export type Stage = 'ast' | 'ir' | 'asm';

/** What the compiler makes of a script, as text. Throws CliError with `status` where the script is wrong. */
export async function printStage(program: ProgramText, stage: Stage, env: CompileEnv, status: number): Promise<string> {
  const { asmText, astText, compileStages, formatDiagnostic, irText } = await import('@bpfleet/compiler');
  const { ast, ir, spec, diagnostics } = compileStages(program.source, env);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const report = errors.map((each) => formatDiagnostic(program.source, program.name, each)).join('\n');
    throw new CliError(status, `The script has ${plural(errors.length, 'error')}.`, { report });
  }
  switch (stage) {
    case 'ast':
      return astText(ast);
    case 'ir':
      return irText(ir ?? []);
    case 'asm':
      return asmText(spec ?? { maps: [], programs: [] }, program.source);
  }
}
