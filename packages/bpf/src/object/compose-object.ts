import { BtfError } from '../btf/btf-error.ts';
import { ElfError } from '../elf/elf-error.ts';
import { embedSection } from '../elf/embed-section.ts';
import type { ObjectSection } from '../elf/object-section.ts';
import { readObject } from '../elf/read-object.ts';
import type { ManifestValue, ObjectManifest } from '../manifest/manifest.ts';
import { type ManifestProblem, readManifest } from '../manifest/read-manifest.ts';
import { setVariables } from './set-variables.ts';

/** Where an object carries its manifest, as JSON: so it is one thing to send, to keep and to know by its digest. */
export const MANIFEST_SECTION = '.bpfleet.manifest';
const MAX_MANIFEST_BYTES = 64 * 1024;

/** What is wrong with an object, its manifest or a parameter; `path` within the manifest, or the parameter's name. */
export interface ComposeProblem {
  readonly what: 'object' | 'manifest' | 'parameter';
  readonly path: ManifestProblem['path'];
  readonly message: string;
}

/**
 * An object with its manifest in it and its variables set: to the manifest's defaults, then to `parameters`. Without a
 * manifest it keeps the one that it has.
 */
export function composeObject(
  object: Uint8Array,
  given: unknown,
  parameters: Readonly<Record<string, string>>,
): { readonly object: Uint8Array } | { readonly problems: readonly ComposeProblem[] } {
  try {
    const sections = readObject(object);
    const manifest = given === undefined ? undefined : readManifest(given);
    if (manifest !== undefined && 'problems' in manifest) {
      return { problems: manifest.problems.map((each) => ({ what: 'manifest', ...each })) };
    }
    const settings = manifest?.manifest;
    const defaults = defaultsOf(settings);
    const atStart = setVariables(object, sections, defaults);
    const set = 'problems' in atStart ? atStart : setVariables(atStart.object, sections, parameters);
    if ('problems' in set) {
      const isDefault = set === atStart;
      return {
        problems: set.problems.map(({ name, message }) =>
          isDefault
            ? { what: 'manifest', path: ['parameters', name, 'default'], message }
            : { what: 'parameter', path: [name], message },
        ),
      };
    }
    if (settings === undefined) return set;
    const contents = new TextEncoder().encode(JSON.stringify(settings));
    if (contents.length > MAX_MANIFEST_BYTES) return problem('manifest', `is larger than ${MAX_MANIFEST_BYTES} bytes`);
    const composed = embedSection(set.object, sections, MANIFEST_SECTION, contents);
    readObject(composed);
    return { object: composed };
  } catch (error) {
    if (!(error instanceof ElfError || error instanceof BtfError)) throw error;
    return problem('object', error.message);
  }
}

/** The manifest that an object carries: empty where it has none; or what is wrong with it. */
export function carriedManifest(
  sections: readonly ObjectSection[],
): { readonly manifest: ObjectManifest } | { readonly problems: readonly ManifestProblem[] } {
  const section = sections.find(({ name }) => name === MANIFEST_SECTION);
  if (section === undefined) return { manifest: {} };
  if (section.bytes.length > MAX_MANIFEST_BYTES) return { problems: [{ path: [], message: 'is too large' }] };
  try {
    return readManifest(JSON.parse(new TextDecoder('utf8', { fatal: true }).decode(section.bytes)));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    return { problems: [{ path: [], message: 'is no JSON' }] };
  }
}

/** Where it is and what is wrong, as in `outputs.hists.merge: must be one of ...`. */
export function problemText({ path, message }: ManifestProblem): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}

function defaultsOf(manifest: ObjectManifest | undefined): Record<string, ManifestValue> {
  return Object.fromEntries(
    Object.entries(manifest?.parameters ?? {}).flatMap(([name, parameter]) =>
      parameter.default === undefined ? [] : [[name, parameter.default]],
    ),
  );
}

function problem(what: ComposeProblem['what'], message: string): { readonly problems: readonly ComposeProblem[] } {
  return { problems: [{ what, path: [], message }] };
}
