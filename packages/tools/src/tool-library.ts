import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '@bpfleet/bpf';
import { isToolFolder, loadTool } from './load-tool.ts';
import type { Tool } from './tool.ts';
import { ToolError, type ToolProblem } from './tool-error.ts';

/** Tools by their names, in the order of these. */
export interface ToolLibrary {
  readonly tools: ReadonlyMap<string, Tool>;
  /** Another where any tool runs something else. */
  readonly version: string;
}

const MAX_TOOLS = 1_000;

/**
 * The tools of these folders, each of which has a folder a tool; a tool of a later folder takes the place of one with its name.
 *
 * Throws ToolError with all that is wrong with any of them.
 */
export function loadLibrary(folders: readonly string[]): ToolLibrary {
  const problems: ToolProblem[] = [];
  const found = new Map<string, Tool>();
  for (const folder of folders.flatMap(toolFolders)) {
    try {
      const tool = loadTool(folder);
      found.set(tool.manifest.name, tool);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ToolError(problems);
  const tools = new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { tools, version: versionOf(tools) };
}

/** "no tool runqlt; did you mean runqlat?" */
export function noSuchTool(name: string, names: Iterable<string>): string {
  const hint = didYouMean(name, names)?.replaceAll("'", '');
  return `no tool ${name}${hint === undefined ? '' : `; ${hint}`}`;
}

/** Twelve hexadecimal digits, as git abbreviates its own. */
function versionOf(tools: ReadonlyMap<string, Tool>): string {
  const hash = createHash('sha256');
  for (const [name, { digest }] of tools) hash.update(`${name} ${digest}\n`);
  return hash.digest('hex').slice(0, 12);
}

function toolFolders(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    const error = new ToolError([{ file: folder, line: 0, column: 0, message: 'the folder cannot be read' }]);
    error.cause = cause;
    throw error;
  }
  const folders = names.map((name) => join(folder, name)).filter(isToolFolder);
  if (folders.length <= MAX_TOOLS) return folders.sort();
  throw new ToolError([{ file: folder, line: 0, column: 0, message: `has more than ${MAX_TOOLS} tools` }]);
}
