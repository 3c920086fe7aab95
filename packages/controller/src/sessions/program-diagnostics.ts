import type { Diagnostic as CompilerDiagnostic } from '@bpfleet/compiler';
import { type Diagnostic, Diagnostic_Severity } from '@bpfleet/contracts';
import type { ProblemDiagnostic } from '../problem/problem.ts';

const maxDiagnostics = 200;
const maxText = 4_000;

export function fromCompiler(diagnostics: readonly CompilerDiagnostic[]): ProblemDiagnostic[] {
  return diagnostics.map(({ severity, code, message, hint, line, column, endLine, endColumn }) => {
    return { severity, code, message, hint: hint ?? null, line, column, endLine, endColumn };
  });
}

/** Of a node: its texts are bounded, and rid of what PostgreSQL cannot store. */
export function toProblemDiagnostics(diagnostics: readonly Diagnostic[]): ProblemDiagnostic[] {
  return diagnostics.slice(0, maxDiagnostics).map((diagnostic) => ({
    severity: diagnostic.severity === Diagnostic_Severity.WARNING ? 'warning' : 'error',
    code: plainText(diagnostic.code),
    message: plainText(diagnostic.message),
    hint: diagnostic.hint === '' ? null : plainText(diagnostic.hint),
    line: diagnostic.line,
    column: diagnostic.column,
    endLine: diagnostic.endLine,
    endColumn: diagnostic.endColumn,
  }));
}

export function toMessages(diagnostics: readonly ProblemDiagnostic[]) {
  return diagnostics.map(({ severity, hint, ...rest }) => ({
    ...rest,
    severity: severity === 'warning' ? Diagnostic_Severity.WARNING : Diagnostic_Severity.ERROR,
    hint: hint ?? '',
  }));
}

/** What a node says in words, bounded. */
export function plainText(text: string): string {
  return text.slice(0, maxText).replaceAll('\u0000', '\ufffd');
}
