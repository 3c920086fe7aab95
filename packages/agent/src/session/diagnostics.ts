import { type Diagnostic, Diagnostic_Severity, DiagnosticSchema } from '@bpfleet/contracts';
import type { CheckResult } from '@bpfleet/tracer';
import { create } from '@bufbuild/protobuf';

type CompilerDiagnostic = CheckResult['diagnostics'][number];

const maxDiagnostics = 50;
const maxText = 2000;

/** For the wire; the rest of a long list would only repeat the same mistake. */
export function encodeDiagnostics(diagnostics: readonly CompilerDiagnostic[]): Diagnostic[] {
  return diagnostics.slice(0, maxDiagnostics).map((each) =>
    create(DiagnosticSchema, {
      severity: each.severity === 'error' ? Diagnostic_Severity.ERROR : Diagnostic_Severity.WARNING,
      code: each.code,
      message: each.message.slice(0, maxText),
      hint: (each.hint ?? '').slice(0, maxText),
      line: each.line,
      column: each.column,
      endLine: each.endLine,
      endColumn: each.endColumn,
    }),
  );
}

/** Why a program could not be traced: its own mistakes where it has any, else what the error says. */
export interface TraceFailure {
  readonly code: string | null;
  readonly reason: string;
  readonly diagnostics: Diagnostic[];
  readonly verifierLog: string;
}

export function traceFailure(error: unknown): TraceFailure {
  const { code, diagnostics, verifierLog } = error as {
    code?: unknown;
    diagnostics?: readonly CompilerDiagnostic[];
    verifierLog?: unknown;
  };
  return {
    code: typeof code === 'string' ? code : null,
    reason: error instanceof Error ? error.message : String(error),
    diagnostics: encodeDiagnostics(Array.isArray(diagnostics) ? diagnostics : []),
    verifierLog: typeof verifierLog === 'string' ? verifierLog : '',
  };
}
