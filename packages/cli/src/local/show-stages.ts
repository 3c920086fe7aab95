import { asmText, astText, type CompileEnv, compileStages, irText } from '@bpfleet/compiler';
import type { ProgramText } from '../run/read-program.ts';
import type { TextSink } from './trace-output.ts';

/**
 * Writes what the compiler makes of a script, the stages of `-d`: bpftrace's names stand for what comes nearest, `codegen`
 * for the intermediate code and `codegen-opt` for the instructions. Nothing where the script is wrong, which loading tells.
 */
export function showStages(
  { source }: ProgramText,
  stages: readonly string[],
  env: CompileEnv,
  { out, err }: { readonly out: TextSink; readonly err: TextSink },
): void {
  const { ast, ir, spec } = compileStages(source, env);
  const has = (...names: string[]) => names.some((name) => stages.includes(name));
  if (has('ast', 'parse')) err.write(`AST\n-------------------\n${astText(ast)}\n`);
  if (has('codegen', 'ir') && ir !== undefined)
    out.write(`Intermediate code\n---------------------------\n\n${irText(ir)}\n`);
  if (has('codegen-opt', 'dis', 'asm') && spec !== undefined) {
    out.write(`Instructions\n----------------------------\n\n${asmText(spec, source)}\n`);
  }
}
