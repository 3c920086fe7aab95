import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { FileFinder, NotFound, ScriptFile } from '@bpfleet/compiler';
import type { ProgramText } from './read-program.ts';

/** Largest file that is imported or included, bytes. */
const MAX_FILE = 1_000_000;

/** Why what a script names was not found, as marked lines of the script, or as sentences. */
export class FilesError extends Error {
  override readonly name = 'FilesError';
  readonly reports: readonly string[];

  constructor(reports: readonly string[]) {
    super('a file that the script names was not found');
    this.reports = reports;
  }
}

export interface HeaderOptions {
  /** Folders that are searched for headers. */
  readonly folders: readonly string[];
  /** Headers that come before the script. */
  readonly first: readonly string[];
}

/** The script as one text with the files that it imports and includes. Throws FilesError. */
export async function withFiles(
  program: ProgramText,
  { folders, first }: HeaderOptions = { folders: [], first: [] },
): Promise<ProgramText> {
  const { name, source } = program;
  const mayName = folders.length + first.length > 0 || /\bimport\b|#[ \t]*include[ \t]*"/.test(source);
  // Of most scripts the compiler need not be loaded here.
  if (!mayName) return program;
  const { joinFiles } = await import('@bpfleet/compiler');
  const ofFile = name !== 'stdin';
  const script = { name, source, id: ofFile ? realpathSync(name) : '' };
  const finder = finderFrom(ofFile ? dirname(name) : '.', folders);
  const headers = first.map((header) => {
    const found = finder.header(header, true, script);
    if (found === undefined) throw new FilesError([`ERROR: '${header}' file not found`]);
    return found;
  });
  const joined = joinFiles(script, finder, headers);
  if ('errors' in joined) throw new FilesError(joined.errors);
  return { ...program, source: joined.source };
}

/** Finds files as seen from the folder of the script, as bpftrace does: what is imported also for files that import. */
function finderFrom(folder: string, headerFolders: readonly string[]): FileFinder {
  return {
    imported(path) {
      const found = resolve(folder, path);
      try {
        if (path === '') return missing(path);
        if (!statSync(found).isDirectory()) return path.endsWith('.bt') ? [read(path, found)] : unknownType(path);
        const scripts = readdirSync(found).filter((name) => name.endsWith('.bt'));
        return scripts.sort().map((name) => read(join(path, name), join(found, name)));
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        return code === 'ENOENT' || code === 'ENOTDIR' ? missing(path) : { reason: `import of "${path}": ${message}` };
      }
    },
    header(name, quoted, from) {
      const beside = from.id === '' ? folder : dirname(from.id);
      const places = [...(quoted ? [beside, '.', folder] : []), ...headerFolders];
      const paths = isAbsolute(name) ? [name] : places.map((place) => resolve(place, name));
      const path = paths.find((one) => existsSync(one) && statSync(one).isFile());
      if (path === undefined) return undefined;
      try {
        return read(name, path);
      } catch (error) {
        throw new FilesError([`ERROR: header '${name}': ${(error as Error).message}`]);
      }
    },
  };
}

function read(name: string, path: string): ScriptFile {
  if (statSync(path).size > MAX_FILE) throw new Error(`${name} is larger than a script may be, ${MAX_FILE} bytes`);
  return { name, id: realpathSync(path), source: readFileSync(path, 'utf8') };
}

/** bpftrace takes C too and compiles it; a node has no compiler. */
function unknownType(path: string): NotFound {
  const reason = `unknown import type: "${path}"`;
  return path.endsWith('.bpf.c') ? { reason, hint: 'C is not compiled here: write it as a script' } : { reason };
}

function missing(path: string): NotFound {
  return { reason: 'Unable to find suitable path for import', hint: `checked: ${path}` };
}
