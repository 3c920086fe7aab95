import { generators } from './generate/index.ts';
import { checkParameters, scriptArguments } from './parameters/check-parameters.ts';
import type { Tool } from './tool.ts';

/** A tool with its parameters: what nodes are told to run. */
export interface ToolProgram {
  /** In the order in which a node tries them. */
  readonly variants: readonly ProgramVariant[];
  /** Of each of them, for getopt(). */
  readonly arguments: readonly string[];
}

export interface ProgramVariant {
  readonly name: string;
  readonly source: string;
  /** What a kernel must have for it; empty: nothing is known of it. */
  readonly needs: string;
  /** A range of kernels where it is known to run. */
  readonly kernels: string;
  /** Empty: all. */
  readonly arch: readonly string[];
}

/**
 * @param given parameters by name
 * Throws ParameterError with all that is wrong with them.
 */
export function toolProgram({ manifest, variants }: Tool, given: Readonly<Record<string, unknown>>): ToolProgram {
  const values = checkParameters(manifest, given);
  const isGenerated = variants.some(({ source }) => source === null);
  return {
    variants: variants.map(({ name, source, generate, needs = '', kernels, arch = [] }) => ({
      name,
      source: source ?? (generate === undefined ? '' : generators[generate](values)),
      needs,
      kernels,
      arch,
    })),
    arguments: isGenerated ? [] : scriptArguments(values),
  };
}
