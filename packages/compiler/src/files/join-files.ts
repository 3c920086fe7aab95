import { Diagnostics } from '../source/diagnostic.ts';
import { formatDiagnostic } from '../source/format-diagnostic.ts';
import type { Span } from '../source/span.ts';
import { fileMarker, SourceText } from '../source/text.ts';
import { isLibrary, parseScript } from '../syntax/parse-script.ts';
import type { FileFinder, ScriptFile } from './file-finder.ts';
import { Headers } from './with-headers.ts';

/** Files that one script may import. */
const MAX_FILES = 256;

/**
 * One text that holds a script, and before it all that it imports, each file once and what it imports before it; with a
 * line before each that says which it is: see SourceText. `first`: headers that come before the script. Or the errors,
 * formatted, where an import cannot be found. What names no file stays as it is.
 */
export function joinFiles(
  script: ScriptFile,
  finder: FileFinder,
  first: readonly ScriptFile[] = [],
): { readonly source: string } | { readonly errors: readonly string[] } {
  const joining = new Joining(finder, script.id);
  for (const header of first) joining.addHeader(header);
  joining.add(script, '');
  if (joining.errors.length > 0) return { errors: joining.errors };
  return { source: joining.joined ? joining.parts.join('') : script.source };
}

class Joining {
  readonly parts: string[] = [];
  readonly errors: string[] = [];
  readonly #finder: FileFinder;
  readonly #headers: Headers;
  readonly #seen: Set<string>;
  #imports = false;

  constructor(finder: FileFinder, script: string) {
    this.#finder = finder;
    this.#headers = new Headers((...of) => finder.header(...of));
    this.#seen = new Set([script]);
  }

  /** Whether there is more than the script. */
  get joined(): boolean {
    return this.#imports || this.parts.length > 1 || this.#headers.used > 0;
  }

  addHeader(header: ScriptFile): void {
    this.parts.push(this.#headers.text(header));
  }

  /** `marked`: how the text calls the file. */
  add(file: ScriptFile, marked: string): void {
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
    this.#imports ||= named.length > 0;
    const as = { name: marked, header: false };
    this.parts.push(`${fileMarker(as)}${withLineEnd(this.#headers.within(file, as), marked)}`);
  }

  #import(path: string, span: Span, diagnostics: Diagnostics): void {
    const found = this.#finder.imported(path);
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
