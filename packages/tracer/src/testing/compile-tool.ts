import { type CompileEnv, callOf, compile, permissiveEnv } from '@bpfleet/compiler';
import { loadKernelSymbols } from '@bpfleet/kernel';
import { caseParameters, type ProgramVariant, type Tool, type ToolCase, toolProgram } from '@bpfleet/tools';
import { compileEnv } from '../compile-env.ts';
import { absentHere } from './absent-here.ts';

/** Said of probes in programs of this machine, which keep their arguments in its registers, when compiled for the other one. */
const otherRegisters = /is kept as .*, which cannot be read$/;
/** Said of functions, tracepoints and programs that this machine lacks. */
const lackedHere = /No matches for |does not exist or is not executable$/;

/**
 * Compiles each variant of a tool for both architectures, as for this kernel built with everything: its types, tracepoints and functions
 * are looked up, but it has kprobes and what else was left out here. For each architecture at least one must compile; one that is only
 * attached, or whose case needs what is not here, may be of what is not here at all. Returns a sentence for each mistake of those that none of does.
 */
export async function compileProblems(tool: Tool, one: ToolCase): Promise<string[]> {
  await loadKernelSymbols();
  const { variants, arguments: words } = toolProgram(tool, caseParameters(one, 1));
  const env = { ...compileEnv(), ...callOf(words), features: permissiveEnv().features };
  return (['x86-64', 'arm64'] as const).flatMap((arch) => {
    const own = variants.filter((variant) => variant.arch.length === 0 || variant.arch.includes(arch));
    const mistakes = own.map((variant) => mistakesIn(variant, { ...env, arch }, one));
    if (mistakes.length === 0 || mistakes.some((each) => each.length === 0)) return [];
    return mistakes.flat().map((each) => `compiled for ${arch}: ${each}`);
  });
}

function mistakesIn({ name, source }: ProgramVariant, env: CompileEnv, one: ToolCase): string[] {
  const mayLack = one.attached !== undefined || absentHere(one) !== undefined;
  return compile(source, env)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .filter(({ message }) => !otherRegisters.test(message) && !(mayLack && lackedHere.test(message)))
    .map(({ line, column, message }) => `${name}.bt:${line}:${column}: ${message}`);
}
