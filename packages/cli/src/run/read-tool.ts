import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { ApiError, type Tool as ToolBody } from '@bpfleet/client';
import type { Tool, ToolProgram } from '@bpfleet/tools';
import { CliError, ExitStatus, wrongRequest } from '../cli-error.ts';
import { controllerClient } from '../controller-client.ts';

/** A tool with its parameters, by name. */
export interface ProgramTool {
  readonly kind: 'tool';
  readonly tool: Tool;
  readonly parameters: Readonly<Record<string, string>>;
  /** What nodes are told to run. */
  readonly scripts: ToolProgram;
  /** It is of a folder here, and not of the controller's library. */
  readonly own: boolean;
}

/** What a tool of a library is called: no file has such a name, but one that is there. */
const NAME = /^[a-z][a-z0-9-]{0,31}$/;

/** Whether WHAT of a command line is the name of a tool; what is no script, file or folder. */
export function namesTool(what: string): boolean {
  return NAME.test(what) && !existsSync(what);
}

/** Whose library is asked: to look at a tool takes no controller. */
export type ToolLookup = 'controller' | 'here-first';

/** The tool of a folder, or of the controller's library; null where WHAT is neither. Throws CliError, ApiError. */
export async function readTool(what: string, words: readonly string[], look: ToolLookup): Promise<ProgramTool | null> {
  const own = await folderTool(what);
  if (own === null && !namesTool(what)) return null;
  const here = look === 'here-first' ? (await ownTools()).get(what) : undefined;
  const tool = own ?? here ?? (await libraryTool(what));
  return { kind: 'tool', tool, ...(await withWords(tool, words)), own: own !== null };
}

/** null where it is no folder of a tool. Throws CliError with all that is wrong with it. */
export async function folderTool(folder: string): Promise<Tool | null> {
  if (!existsSync(folder)) return null;
  const { isToolFolder, loadTool, ToolError } = await import('@bpfleet/tools');
  if (!isToolFolder(folder)) return null;
  try {
    return loadTool(folder);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new CliError(ExitStatus.wrongRequest, `The tool ${basename(folder)} cannot be used.`, {
      report: `${error.message}\n`,
      cause: error,
    });
  }
}

/** The library of this installation. */
export async function ownTools(): Promise<ReadonlyMap<string, Tool>> {
  const { loadLibrary, ownLibrary } = await import('@bpfleet/tools');
  return loadLibrary([ownLibrary]).tools;
}

/** Of the controller. Throws CliError that says which names are near. */
export async function libraryTool(name: string): Promise<Tool> {
  const client = controllerClient();
  try {
    return toolOf(await client.tool(name));
  } catch (error) {
    if (!(error instanceof ApiError && error.problem.code === 'not_found')) throw error;
    const names: string[] = [];
    for await (const each of client.tools()) names.push(each.name);
    throw await noTool(name, names);
  }
}

export async function noTool(name: string, names: readonly string[]): Promise<CliError> {
  const { noSuchTool } = await import('@bpfleet/tools');
  const hint = '"bpfleet tools" lists them. A script as text needs its probe and braces: BEGIN { ... }.';
  return wrongRequest(noSuchTool(name, names), hint);
}

/** Parameters of the words of a command line, and what becomes of the tool with them. Throws CliError. */
export async function withWords(
  tool: Tool,
  words: readonly string[],
): Promise<Pick<ProgramTool, 'parameters' | 'scripts'>> {
  const { ParameterError, readWords, toolProgram } = await import('@bpfleet/tools');
  try {
    const parameters = readWords(tool.manifest, words);
    return { parameters, scripts: toolProgram(tool, parameters) };
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    throw wrongRequest(error.message, `"bpfleet tools ${tool.manifest.name}" tells its parameters.`);
  }
}

/** A tool as its files would have it. */
export function toolOf({ variants, digest, documentation, columns, ...rest }: ToolBody): Tool {
  const made = variants.map(({ name, source, kernels, arch, needs }) => ({
    name,
    source,
    kernels,
    needs,
    arch: arch as ['x86-64' | 'arm64'],
    ...(source === null ? { generate: name as 'funccount' } : { script: `${name}.bt` }),
  }));
  const manifest = { ...rest, variants: made, ...(columns === null ? {} : { columns }) } as Tool['manifest'];
  return { manifest, variants: made, digest, documentation };
}
