import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { FindImport, ImportedFile } from '@bpfleet/compiler';
import type { ProgramText } from './read-program.ts';

/** Largest file that is imported, bytes. */
const MAX_FILE = 1_000_000;

/** Why what a script imports was not found, as marked lines of the script. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  readonly reports: readonly string[];

  constructor(reports: readonly string[]) {
    super('what the script imports was not found');
    this.reports = reports;
  }
}

/** The script with the files that it imports. Throws ImportError. */
export async function withImports(program: ProgramText): Promise<ProgramText> {
  // Of most scripts the compiler need not be loaded here.
  if (!/\bimport\b/.test(program.source)) return program;
  const { joinImports } = await import('@bpfleet/compiler');
  const { name, source } = program;
  const ofFile = name !== 'stdin';
  const script = { name, source, id: ofFile ? realpathSync(name) : '' };
  const joined = joinImports(script, importsFrom(ofFile ? dirname(name) : '.'));
  if ('errors' in joined) throw new ImportError(joined.errors);
  return { ...program, source: joined.source };
}

/** Finds what is imported as seen from the folder of the script, as bpftrace does: also for files that import. */
function importsFrom(folder: string): FindImport {
  return (path) => {
    const found = resolve(folder, path);
    try {
      if (path === '') return missing(path);
      if (!statSync(found).isDirectory()) return path.endsWith('.bt') ? readFile(path, found) : unknownType(path);
      const scripts = readdirSync(found).filter((name) => name.endsWith('.bt'));
      return scripts.sort().flatMap((name) => readFile(join(path, name), join(found, name)));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' || code === 'ENOTDIR' ? missing(path) : { reason: `import of "${path}": ${message}` };
    }
  };
}

function readFile(name: string, path: string): readonly ImportedFile[] {
  if (statSync(path).size > MAX_FILE) throw new Error(`it is larger than a script may be, ${MAX_FILE} bytes`);
  return [{ name, id: realpathSync(path), source: readFileSync(path, 'utf8') }];
}

/** bpftrace takes C too and compiles it; a node has no compiler. */
function unknownType(path: string): { readonly reason: string; readonly hint?: string } {
  const reason = `unknown import type: "${path}"`;
  return path.endsWith('.bpf.c') ? { reason, hint: 'C is not compiled here: write it as a script' } : { reason };
}

function missing(path: string): { readonly reason: string; readonly hint: string } {
  return { reason: 'Unable to find suitable path for import', hint: `checked: ${path}` };
}
