import type { CollectionSpec } from '@bpfleet/bpf';
import type { OutputLayout } from './output-layout.ts';
import type { Diagnostic } from './source/diagnostic.ts';

/** What compile() gives. Without errors and for a known kernel, `spec` and `outputs` are there. */
export interface CompileResult {
  readonly spec?: CollectionSpec;
  readonly outputs?: OutputLayout;
  /** In the order of the source: errors and warnings. */
  readonly diagnostics: readonly Diagnostic[];
}
