import { readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { variantsDigest } from '@bpfleet/runtime';
import { readDocument } from './manifest/read-document.ts';
import { type ToolManifest, ToolManifestSchema } from './manifest/tool-manifest.ts';
import type { Tool, ToolVariant } from './tool.ts';

import { ToolError, type ToolProblem } from './tool-error.ts';

const MANIFEST_FILE = 'tool.yaml';

const MAX_SCRIPT = 256 * 1024;
const MAX_DOCUMENTATION = 256 * 1024;

/** Whether a folder is a tool's. */
export function isToolFolder(folder: string): boolean {
  return statSync(join(folder, MANIFEST_FILE), { throwIfNoEntry: false })?.isFile() === true;
}

/** The tool of a folder. Throws ToolError with all that is wrong with it. */
export function loadTool(folder: string): Tool {
  const file = join(folder, MANIFEST_FILE);
  const { value: manifest, problemAt } = readDocument(ToolManifestSchema, readText(file), file);
  const problems: ToolProblem[] = [];
  const own = basename(resolve(folder));
  if (manifest.name !== own) problems.push(problemAt(['name'], `must be the folder's name, ${own}`));
  const variants = manifest.variants.map((variant, index) => {
    try {
      return readVariant(folder, variant);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      problems.push(...error.problems, problemAt(['variants', index, 'script'], 'cannot be used'));
      return null;
    }
  });
  if (problems.length > 0) throw new ToolError(problems);
  return toolOf(
    manifest,
    variants.filter((variant) => variant !== null),
    documentationOf(folder),
  );
}

function toolOf(manifest: ToolManifest, variants: readonly ToolVariant[], documentation: string): Tool {
  const digest = variantsDigest(variants.map(({ source, generate }) => source ?? `generate ${generate}`));
  return { manifest, variants, digest, documentation };
}

function readVariant(folder: string, variant: ToolManifest['variants'][number]): ToolVariant {
  const { script, generate = '' } = variant;
  if (script === undefined) return { ...variant, name: generate, source: null };
  return { ...variant, name: script.replace(/\.bt$/, ''), source: readText(join(folder, script), MAX_SCRIPT) };
}

function documentationOf(folder: string): string {
  const file = join(folder, 'README.md');
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readText(file, MAX_DOCUMENTATION) : '';
}

/** Throws ToolError. */
export function readText(file: string, maxBytes = MAX_SCRIPT): string {
  const wrong = (message: string, cause?: unknown) => {
    const error = new ToolError([{ file, line: 0, column: 0, message }]);
    error.cause = cause;
    return error;
  };
  let size: number;
  let text: Buffer;
  try {
    ({ size } = statSync(file));
    if (size > maxBytes) throw wrong(`is longer than ${maxBytes} bytes`);
    text = readFileSync(file);
  } catch (error) {
    if (error instanceof ToolError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw wrong(code === 'ENOENT' ? 'there is no such file' : String(error), error);
  }
  return text.toString('utf8');
}
