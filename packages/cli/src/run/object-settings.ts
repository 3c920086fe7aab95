import { existsSync, readFileSync, statSync } from 'node:fs';
import { type ComposeProblem, composeObject, problemText } from '@bpfleet/bpf';
import type { LocatedYaml } from '@bpfleet/runtime';
import { CliError, ExitStatus, wrongRequest } from '../cli-error.ts';
import { plural } from '../render/number.ts';
import type { ProgramObject } from './read-program.ts';

/** Largest manifest, bytes. */
const MAX_MANIFEST = 64 * 1024;

/** A manifest as it was read, and where each part of it stands. */
interface ManifestFile {
  readonly file: string;
  readonly lines: readonly string[];
  readonly content: unknown;
  readonly placeOf: LocatedYaml['placeOf'];
}

/**
 * The object with the manifest that stands beside its file, `NAME.yaml` of `NAME.bpf.o`, and with its variables set.
 *
 * @param parameters `NAME=VALUE` each; a name alone stands for `true`
 * Throws CliError with a report of all that is wrong, by line of the manifest.
 */
export async function withSettings(program: ProgramObject, parameters: readonly string[]): Promise<ProgramObject> {
  const file = manifestBeside(program.name);
  const manifest = file === undefined ? undefined : await readManifestFile(file);
  const composed = composeObject(program.object, manifest?.content, parametersOf(parameters));
  if ('object' in composed) return { ...program, object: composed.object };
  throw refusal(composed.problems, program, manifest);
}

/** Where a manifest of an object is to be written, for whoever reads of one in such messages; undefined where none speaks of it. */
export function manifestAdvice(object: string, messages: readonly string[]): string | undefined {
  if (!messages.some((message) => /\bmanifest\b/.test(message))) return undefined;
  const file = manifestBeside(object);
  if (file !== undefined) return `The manifest is ${file}.`;
  return `A manifest is a YAML file beside the object, here ${object.replace(/(\.bpf)?\.[os]$/, '')}.yaml; there is none yet.`;
}

function manifestBeside(object: string): string | undefined {
  const name = object.replace(/\.(o|s)$/, '');
  return [name.replace(/\.bpf$/, ''), name]
    .flatMap((each) => [`${each}.yaml`, `${each}.yml`])
    .find((each) => existsSync(each));
}

function parametersOf(words: readonly string[]): Record<string, string> {
  const entries = words.map((word): [string, string] => {
    const at = word.indexOf('=');
    const [name, value] = at < 0 ? [word, 'true'] : [word.slice(0, at), word.slice(at + 1)];
    if (name.trim() === '') throw wrongRequest(`${word}: a parameter has a name: NAME=VALUE.`);
    return [name.trim(), value];
  });
  return Object.fromEntries(entries);
}

async function readManifestFile(file: string): Promise<ManifestFile> {
  if (statSync(file).size > MAX_MANIFEST)
    throw wrongRequest(`${file} is larger than a manifest may be, ${MAX_MANIFEST} bytes.`);
  const source = readFileSync(file, 'utf8');
  const lines = source.split('\n');
  const { readLocatedYaml } = await import('@bpfleet/runtime');
  const read = readLocatedYaml(source);
  if ('problems' in read) throw reported(read.problems, { file, lines });
  return { file, lines, content: read.content ?? {}, placeOf: read.placeOf };
}

function refusal(
  problems: readonly ComposeProblem[],
  program: ProgramObject,
  manifest: ManifestFile | undefined,
): CliError {
  const ofManifest = problems.filter(({ what }) => what === 'manifest');
  if (manifest !== undefined && ofManifest.length > 0) {
    return reported(
      ofManifest.map((each) => ({ ...manifest.placeOf(each.path), message: problemText(each) })),
      manifest,
    );
  }
  return wrongRequest(`${program.name}: ${problems.map(({ message }) => message).join('; ')}.`);
}

function reported(
  wrong: readonly { readonly line: number; readonly column: number; readonly message: string }[],
  { file, lines }: Pick<ManifestFile, 'file' | 'lines'>,
): CliError {
  const report = wrong
    .map(({ line, column, message }) => {
      const text = (lines[line - 1] ?? '').replaceAll('\t', ' ');
      return `${file}:${line}:${column}: ERROR: ${message}\n${text}\n${' '.repeat(column - 1)}~\n`;
    })
    .join('');
  return new CliError(ExitStatus.wrongRequest, `The manifest has ${plural(wrong.length, 'error')}.`, { report });
}
