import type { CollectionSpec } from '@bpfleet/bpf';
import type { CompileEnv } from '@bpfleet/compiler';
import { CliError } from '../cli-error.ts';
import { plural } from '../render/number.ts';
import type { ProgramText } from '../run/read-program.ts';

export type Stage = 'ast' | 'ir' | 'asm' | 'elf';

/** What the compiler makes of a script: text, or of an object its bytes. Throws CliError with `status` where the script is wrong. */
export async function emitStage(
  program: ProgramText,
  stage: Stage,
  env: CompileEnv,
  status: number,
): Promise<string | Uint8Array> {
  const { asmText, astText, compileStages, formatDiagnostic, irText } = await import('@bpfleet/compiler');
  const { ast, ir, spec, diagnostics } = compileStages(program.source, env);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const report = errors.map((each) => formatDiagnostic(program.source, program.name, each)).join('\n');
    throw new CliError(status, `The script has ${plural(errors.length, 'error')}.`, { report });
  }
  const collection = spec ?? { maps: [], programs: [] };
  switch (stage) {
    case 'ast':
      return astText(ast);
    case 'ir':
      return irText(ir ?? []);
    case 'asm':
      return asmText(collection, program.source);
    case 'elf':
      return bytesOf(collection, status);
  }
}

async function bytesOf(collection: CollectionSpec, status: number): Promise<Uint8Array> {
  const { ObjectWriteError, objectOf, writeObject } = await import('@bpfleet/bpf');
  try {
    return writeObject(objectOf(collection));
  } catch (error) {
    if (!(error instanceof ObjectWriteError)) throw error;
    throw new CliError(status, `An object cannot hold this script: ${error.message}.`);
  }
}
