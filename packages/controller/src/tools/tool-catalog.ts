import {
  noSuchTool,
  ParameterError,
  type ParameterValue,
  type Tool,
  type ToolLibrary,
  toolProgram,
} from '@bpfleet/tools';
import { Inject, Injectable } from '@nestjs/common';
import { TOOLS } from '../config/tokens.ts';
import { notFound } from '../problem/not-found.ts';
import { Problem } from '../problem/problem.ts';
import { type SessionProgram, variantsProgram } from '../sessions/session-program.ts';

/** The tools that sessions may run by name. */
@Injectable()
export class ToolCatalog {
  constructor(@Inject(TOOLS) private readonly library: ToolLibrary) {}

  get version(): string {
    return this.library.version;
  }

  /** Those after a name, by name. */
  page(limit: number, afterName: string): Tool[] {
    return [...this.library.tools.values()].filter(({ manifest }) => manifest.name > afterName).slice(0, limit);
  }

  /** Throws Problem `not_found`. */
  get(name: string): Tool {
    const tool = this.library.tools.get(name);
    if (tool === undefined) throw notFound('tool', name);
    return tool;
  }

  /** What a session of a tool runs. Throws Problem `invalid_program` that points to `at` in the request, or into it. */
  program(name: string, parameters: Readonly<Record<string, ParameterValue>>, at: string): SessionProgram {
    const { tools } = this.library;
    const tool = tools.get(name);
    if (tool === undefined) {
      const hint = '`bpfleet tools` lists them.';
      const detail = `There is ${noSuchTool(name.slice(0, 64), tools.keys())}`;
      throw new Problem('invalid_program', detail, { pointer: `${at}/name`, hint });
    }
    try {
      const made = toolProgram(tool, parameters);
      return variantsProgram(made.variants, made.arguments, { name, digest: tool.digest, parameters });
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      const [first] = error.problems;
      const pointer = `${at}/parameters/${(first?.name ?? '').replaceAll('~', '~0').replaceAll('/', '~1')}`;
      throw new Problem('invalid_program', `The tool ${name} cannot be run so: ${error.message}.`, {
        pointer,
        hint: `\`bpfleet tools ${name}\` tells its parameters.`,
      });
    }
  }
}
