import type { Diagnostic } from './diagnostic.ts';
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
 * Spans over several lines are `name:1-3:` and show these lines, without a mark. What is about the whole script or the
 * command line has no place.
 */
export function formatDiagnostic(source: string, name: string, diagnostic: Diagnostic): string {
  const { line, column, endLine, endColumn, code, hint } = diagnostic;
  const severity = diagnostic.severity === 'error' ? 'ERROR' : 'WARNING';
  if (code === 'options')
    return [`${severity}: ${diagnostic.message}`, ...(hint === undefined ? [] : [`HINT: ${hint}`])].join('\n');
  const where = label(name, diagnostic);
  const lines = [`${where}: ${severity}: ${diagnostic.message}`];
  lines.push(...marked(new SourceText(source), { line, column, endLine, endColumn }));
  if (hint !== undefined) lines.push(`HINT: ${hint}`);
  return lines.join('\n');
}

type Extent = Pick<Diagnostic, 'line' | 'column' | 'endLine' | 'endColumn'>;

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

function label(name: string, { line, column, endLine, endColumn }: Extent): string {
  return endLine > line ? `${name}:${line}-${endLine}` : `${name}:${line}:${column}-${Math.max(endColumn, column)}`;
}

/** Where a span of a source begins, counted from 1, and how messages call it: `stdin:1:9-13`. */
export function placeOf(
  source: string,
  name: string,
  span: Span,
): { readonly line: number; readonly column: number; readonly label: string } {
  const text = new SourceText(source);
  const { line, column } = text.position(span.start);
  const end = text.position(span.end);
  const extent = { line, column, endLine: end.line, endColumn: end.column };
  return { line, column, label: label(name, extent) };
}

/** The line of the source that a span begins on, the span marked below it; each ended by a line feed. */
export function markSource(source: string, span: Span): string {
  const text = new SourceText(source);
  const [start, end] = [text.position(span.start), text.position(span.end)];
  const extent = { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  return marked(text, extent)
    .map((line) => `${line}\n`)
    .join('');
}
