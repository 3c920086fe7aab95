import type { Diagnostic } from './diagnostic.ts';
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
 * Spans over several lines are `name:1-3:` and show the first line alone.
 */
export function formatDiagnostic(source: string, name: string, diagnostic: Diagnostic): string {
  const { line, column, endLine, endColumn } = diagnostic;
  const where =
    endLine > line ? `${name}:${line}-${endLine}` : `${name}:${line}:${column}-${Math.max(endColumn, column)}`;
  const text = new SourceText(source).line(line);
  const lines = [`${where}: ${diagnostic.severity === 'error' ? 'ERROR' : 'WARNING'}: ${diagnostic.message}`];
  if (text.length > 0 && text.length <= MAX_LINE) {
    const width = endLine > line ? text.length - column + 1 : endColumn - column;
    const margin = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
    lines.push(text, margin + '~'.repeat(Math.max(0, width)));
  }
  if (diagnostic.hint !== undefined) lines.push(`HINT: ${diagnostic.hint}`);
  return lines.join('\n');
}
