import type { Diagnostic } from './diagnostic.ts';
import type { Span } from './span.ts';
import { SourceText } from './text.ts';

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
 * Spans over several lines are `name:1-3:` and show the first line alone. What is about the whole script or the command line has no place.
 */
export function formatDiagnostic(source: string, name: string, diagnostic: Diagnostic): string {
  const { line, column, endLine, endColumn, code, hint } = diagnostic;
  const severity = diagnostic.severity === 'error' ? 'ERROR' : 'WARNING';
  if (code === 'options')
    return [`${severity}: ${diagnostic.message}`, ...(hint === undefined ? [] : [`HINT: ${hint}`])].join('\n');
  const where = label(name, diagnostic);
  const text = new SourceText(source).line(line);
  const lines = [`${where}: ${severity}: ${diagnostic.message}`];
  if (text.length > 0 && text.length <= MAX_LINE) {
    const width = endLine > line ? text.length - column + 1 : endColumn - column;
    const margin = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
    lines.push(text, margin + '~'.repeat(Math.max(0, width)));
  }
  if (hint !== undefined) lines.push(`HINT: ${hint}`);
  return lines.join('\n');
}

type Extent = Pick<Diagnostic, 'line' | 'column' | 'endLine' | 'endColumn'>;

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
  return { line, column, label: label(name, { line, column, endLine: end.line, endColumn: end.column }) };
}
