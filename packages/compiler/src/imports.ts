import { Diagnostics } from './source/diagnostic.ts';
import { formatDiagnostic } from './source/format-diagnostic.ts';
import type { Span } from './source/span.ts';
import { fileMarker, SourceText } from './source/text.ts';
import { isLibrary, parseScript } from './syntax/parse-script.ts';

/** A script or a file that one imports. */
export interface ImportedFile {
  /** How messages call it. */
  readonly name: string;
  readonly source: string;
  /** The same for every way to name the file. */
  readonly id: string;
}

/** What an import names: one file, or all of a folder in order of their names; or a sentence why there is none. */
export type FindImport = (
  path: string,
) => readonly ImportedFile[] | { readonly reason: string; readonly hint?: string };

/** Files that one script may import. */
const MAX_FILES = 256;

/**
 * One text that holds a script and before it all that it imports, each file once and what it imports before it, with a
 * line before each that says which it is: see SourceText. Or the errors, formatted, where an import cannot be found.
 */
export function joinImports(
  script: ImportedFile,
  find: FindImport,
): { readonly source: string } | { readonly errors: readonly string[] } {
  const joining = new Joining(find, script.id);
  joining.add(script, '');
  if (joining.errors.length > 0) return { errors: joining.errors };
  return { source: joining.joined ? joining.parts.join('') : script.source };
}

class Joining {
  readonly parts: string[] = [];
  readonly errors: string[] = [];
  /** Whether there is an import at all. */
  joined = false;
  readonly #find: FindImport;
  readonly #seen: Set<string>;

  constructor(find: FindImport, script: string) {
    this.#find = find;
    this.#seen = new Set([script]);
  }

  /** `marked`: how the text calls the file. */
  add(file: ImportedFile, marked: string): void {
    const text = new SourceText(file.source);
    const diagnostics = new Diagnostics(text);
    const { imports } = parseScript(file.source, diagnostics);
    const own = new Diagnostics(text);
    const named = imports.filter(({ path }) => !isLibrary(path));
    for (const { path, span } of named) this.#import(path, span, own);
    // What is open at the end of a file would swallow the next one.
    const open = diagnostics.list().filter(({ span }) => span.start >= file.source.trimEnd().length);
    const found = own.list();
    const told = found.length > 0 || marked === '' ? found : open;
    for (const each of told) this.errors.push(formatDiagnostic(file.source, file.name, each));
    this.joined ||= named.length > 0;
    this.parts.push(`${fileMarker(marked)}${withLineEnd(file.source, marked)}`);
  }

  #import(path: string, span: Span, diagnostics: Diagnostics): void {
    const found = this.#find(path);
    if ('reason' in found) {
      diagnostics.error('syntax', span, found.reason, found.hint);
      return;
    }
    for (const file of found) {
      if (this.#seen.has(file.id)) continue;
      if (this.#seen.size >= MAX_FILES) {
        diagnostics.error('limit', span, `a script imports at most ${MAX_FILES} files`);
        return;
      }
      this.#seen.add(file.id);
      this.add(file, file.name);
    }
  }
}

function withLineEnd(text: string, marked: string): string {
  return marked === '' || text.endsWith('\n') ? text : `${text}\n`;
}
