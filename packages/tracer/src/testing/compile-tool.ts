import { callOf, compile, permissiveEnv } from '@bpfleet/compiler';
import { loadKernelSymbols } from '@bpfleet/kernel';
import { type Tool, toolProgram } from '@bpfleet/tools';
import { compileEnv } from '../compile-env.ts';

/** What became of one variant of a tool, compiled for a machine of this kernel. */
export interface CompiledVariant {
  readonly variant: string;
  readonly arch: 'x86-64' | 'arm64';
  /** Mistakes, and warnings; empty where it compiles without any. */
  readonly said: readonly string[];
  readonly compiles: boolean;
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
        const { spec, diagnostics } = compile(source, { ...env, arch });
        const said = diagnostics.map(({ line, column, message }) => `${variant}.bt:${line}:${column}: ${message}`);
        return { variant, arch, said, compiles: spec !== undefined };
      }),
  );
}
