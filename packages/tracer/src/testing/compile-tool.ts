import { callOf, compile, permissiveEnv } from '@bpfleet/compiler';
import { loadKernelSymbols } from '@bpfleet/kernel';
import { type Tool, toolProgram } from '@bpfleet/tools';
import { compileEnv } from '../compile-env.ts';

/** What became of one variant of a tool, compiled for a machine of this kernel. */
export interface CompiledVariant {
  readonly variant: string;
  readonly arch: 'x86-64' | 'arm64';
  /** Mistakes; empty where it compiles. */
  readonly errors: readonly string[];
}

/**
 * Compiles each variant of a tool for both architectures, as for this kernel built with everything: its types, tracepoints and functions
 * are looked up, but it has kprobes and what else was left out here.
 *
 * @param parameters of the tool, by name
 */
export async function compileTool(
  tool: Tool,
  parameters: Readonly<Record<string, unknown>>,
): Promise<CompiledVariant[]> {
  await loadKernelSymbols();
  const { variants, arguments: words } = toolProgram(tool, parameters);
  const env = { ...compileEnv(), ...callOf(words), features: permissiveEnv().features };
  return (['x86-64', 'arm64'] as const).flatMap((arch) =>
    variants
      .filter((variant) => variant.arch.length === 0 || variant.arch.includes(arch))
      .map(({ name: variant, source }) => {
        const errors = compile(source, { ...env, arch }).diagnostics.filter(({ severity }) => severity === 'error');
        const told = errors.map(({ line, column, message }) => `${variant}.bt:${line}:${column}: ${message}`);
        return { variant, arch, errors: told };
      }),
  );
}
