import type { CompileEnv, Executable } from '../env.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { ScriptTypes } from '../types/c-definitions.ts';
import { ProgramTypes } from '../types/program-types.ts';
import type { Probe } from './model.ts';

export interface ProbeTypes {
  /** Knows the types of the programs that are probed as well. */
  readonly env: CompileEnv;
  readonly probes: readonly Probe[];
}

/** Gives every probe on a program what its debugging information says; nothing is read yet. */
export function withProgramTypes(probes: readonly Probe[], env: CompileEnv, diagnostics: Diagnostics): ProbeTypes {
  const executables = new Set(probes.flatMap(({ target }) => target.program?.executable ?? []));
  if (executables.size === 0) return { env, probes };
  const script = env.types instanceof ScriptTypes ? env.types : undefined;
  const programs = new ProgramTypes(env.types, [...executables], (path, message) => {
    const probe = probes.find(({ target }) => target.program?.executable.path === path);
    const span = probe?.clause.attachPoints[0]?.span ?? { start: 0, end: 0 };
    diagnostics.error('unsupported', span, `the debuginfo of ${path} is damaged: ${message}`);
  });
  const views = new Map([...executables].map((one: Executable) => [one, programs.inProgram(one, script)] as const));
  const all = { ...env, types: programs };
  return {
    env: all,
    probes: probes.map((probe) => {
      const { program, function: symbol = '' } = probe.target;
      const types = program && views.get(program.executable);
      if (program === undefined || types === undefined) return { ...probe, env: all };
      const { executable, address } = program;
      return { ...probe, env: { ...env, types, probed: () => programs.functionAt(executable, address, symbol) } };
    }),
  };
}
