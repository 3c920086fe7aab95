import { type Diagnostic, type Extent, extentOf } from './diagnostic.ts';
import type { Span } from './span.ts';
import { SourceText } from './text.ts';

/** Lines that are shown of a span over many. */
const MAX_LINES = 20;

/** Longest source line that is shown; a minified script would fill the terminal. */
const MAX_LINE = 400;

/**
 * A diagnostic as bpftrace prints one, without a line end:
 *
 *     stdin:1:9-13: ERROR: Unknown identifier: 'comn'
 *     BEGIN { comn }
 *             ~~~~
 *     HINT: did you mean 'comm'?
 *
 * Spans over several lines are `name:1-3:` and show these lines, without a mark. Uses of macros that it was written out
 * for follow. `name` is of the script itself; files that it imports have their own. What is about the whole script or
 * the command line has no place.
 */
export function formatDiagnostic(source: string, name: string, diagnostic: Diagnostic): string {
  const { code, hint } = diagnostic;
  const severity = diagnostic.severity === 'error' ? 'ERROR' : 'WARNING';
  if (code === 'options')
    return [`${severity}: ${diagnostic.message}`, ...(hint === undefined ? [] : [`HINT: ${hint}`])].join('\n');
  const text = new SourceText(source);
  const told = (extent: Extent, message: string) => [
    `${label(text, name, extent)}: ${severity}: ${message}`,
    ...marked(text, extent),
  ];
  const lines = told(diagnostic, diagnostic.message);
  if (hint !== undefined) lines.push(`HINT: ${hint}`);
  for (const use of diagnostic.from ?? []) lines.push(...told(use, 'expanded from'));
  return lines.join('\n');
}

/** The line, and a mark under the span; of several lines each as it is. */
function marked(source: SourceText, { line, column, endLine, endColumn }: Extent): string[] {
  if (endLine > line) {
    const lines = Array.from({ length: Math.min(MAX_LINES, endLine - line + 1) }, (_, index) =>
      source.line(line + index),
    );
    return lines.some((text) => text.length > MAX_LINE) ? [] : lines.map(spaced);
  }
  const text = source.line(line);
  if (text.length === 0 || text.length > MAX_LINE) return [];
  const margin = ' '.repeat(spaced(text.slice(0, column - 1)).length);
  const width = Math.max(0, endColumn - column - text.slice(column - 1, endColumn - 1).length);
  return [spaced(text), margin + '~'.repeat(spaced(text.slice(column - 1, endColumn - 1)).length + width)];
}

function spaced(text: string): string {
  return text.replaceAll('\t', '    ');
}

function label(source: SourceText, name: string, { line: first, column, endLine, endColumn }: Extent): string {
  const { file = name, line } = source.origin(first);
  if (endLine > first) return `${file}:${line}-${line + endLine - first}`;
  return `${file}:${line}:${column}-${Math.max(endColumn, column)}`;
}

/** Where a span of a source begins, counted from 1 in its file, and how messages call it: `stdin:1:9-13`. */
export function placeOf(
  source: string,
  name: string,
  span: Span,
): { readonly file: string; readonly line: number; readonly column: number; readonly label: string } {
  const text = new SourceText(source);
  const extent = extentOf(text, span);
  return { file: name, ...text.origin(extent.line), column: extent.column, label: label(text, name, extent) };
}

/** The line of the source that a span begins on, the span marked below it; each ended by a line feed. */
export function markSource(source: string, span: Span): string {
  const text = new SourceText(source);
  return marked(text, extentOf(text, span))
    .map((line) => `${line}\n`)
    .join('');
}
