export { compile, compileStages, type Stages } from './compile.ts';
export * from './compile-result.ts';
export * from './env.ts';
export * from './output-layout.ts';
export type { Diagnostic, DiagnosticCode, Severity } from './source/diagnostic.ts';
export { formatDiagnostic } from './source/format-diagnostic.ts';
export type { Span } from './source/span.ts';
export * from './types/tracepoint-format.ts';
