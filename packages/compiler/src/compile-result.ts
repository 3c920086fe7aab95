import type { CollectionSpec } from '@bpfleet/bpf';
import type { CompileConfig } from './env.ts';
import type { OutputLayout } from './output-layout.ts';
import type { Diagnostic } from './source/diagnostic.ts';

/** What compile() gives. Without errors and for a known kernel, `spec` and `outputs` are there. */
export interface CompileResult {
  readonly spec?: CollectionSpec;
  readonly outputs?: OutputLayout;
  /** What the script, the environment and the defaults say together. */
  readonly config: CompileConfig;
  /** In the order of the source: errors and warnings. */
  readonly diagnostics: readonly Diagnostic[];
}
