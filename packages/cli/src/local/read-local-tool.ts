import type { ToolManifest } from '@bpfleet/tools';
import type { ScriptVariant } from '@bpfleet/tracer';
import type { CliError } from '../cli-error.ts';
import { folderTool, namesTool, noTool, ownTools, withWords } from '../run/read-tool.ts';
import { LocalError } from './local-error.ts';

/** A tool with its parameters, as the tracer takes it. */
export interface LocalTool {
  readonly kind: 'variants';
  readonly name: string;
  readonly variants: readonly ScriptVariant[];
  readonly arguments: readonly string[];
  /** How its results are read. */
  readonly manifest: ToolManifest;
}

/** The tool of a folder, or of this installation's library; null where the name is neither. Throws LocalError. */
export async function readLocalTool(name: string, words: readonly string[]): Promise<LocalTool | null> {
  try {
    const tool = (await folderTool(name)) ?? (namesTool(name) ? await ownTool(name) : null);
    if (tool === null) return null;
    const { variants, arguments: named } = (await withWords(tool, words)).scripts;
    return { kind: 'variants', name: tool.manifest.name, variants, arguments: named, manifest: tool.manifest };
  } catch (error) {
    const { message, report, hint } = error as CliError;
    const details = { ...(hint !== undefined && { hint }), ...(report !== undefined && { reports: [report] }) };
    throw new LocalError(message, { ...details, cause: error });
  }
}

async function ownTool(name: string) {
  const tools = await ownTools();
  const tool = tools.get(name);
  if (tool === undefined) throw await noTool(name, [...tools.keys()]);
  return tool;
}
