import type { Diagnostic } from '@bpfleet/compiler';
import type { VerifierError } from '@bpfleet/kernel';

/** The verifier's refusal as a mark on the line of the script that it came from; null where that is not known. */
export function verifierDiagnostic(source: string, { refusal }: VerifierError): Diagnostic | null {
  if (refusal.source === null) return null;
  const { line, column } = refusal.source;
  const lines = source.split('\n');
  const text = lines[line - 1];
  if (text === undefined) return null;
  const lineStart = lines.slice(0, line - 1).reduce((offset, before) => offset + before.length + 1, 0);
  const start = lineStart + column - 1;
  const end = Math.max(start, lineStart + text.trimEnd().length);
  return {
    severity: 'error',
    code: 'unsupported',
    message: `the kernel refused what this compiles to: ${refusal.reason}`,
    span: { start, end },
    line,
    column,
    endLine: line,
    endColumn: column + end - start,
  };
}
