import type { Diagnostic } from '@bpfleet/compiler';
import type { TraceLimits } from './api.ts';
import { TraceError } from './trace-error.ts';
import { deniedUse } from './uses/denied-use.ts';
import type { ProgramUses } from './uses/program-uses.ts';

/** Holds what a program would cost against the limits, before anything is loaded. Throws TraceError: limit. */
export function checkLimits(
  cost: { readonly probes: number; readonly mapBytes: number; readonly diagnostics: readonly Diagnostic[] },
  limits: TraceLimits,
): void {
  const { probes, mapBytes, diagnostics } = cost;
  if (limits.probes !== undefined && probes > limits.probes) {
    throw new TraceError('limit', `the program has ${probes} probes; at most ${limits.probes} are allowed`, {
      diagnostics,
    });
  }
  if (limits.mapBytes !== undefined && mapBytes > limits.mapBytes) {
    const advice = 'use fewer or smaller maps, or allow more';
    throw new TraceError(
      'limit',
      `the program's maps may take ${mapBytes} bytes; at most ${limits.mapBytes} are allowed: ${advice}`,
      { diagnostics },
    );
  }
}

/** Holds what a program uses against what is forbidden, before anything is loaded. Throws TraceError: permission. */
export function checkUses(
  uses: () => ProgramUses,
  { denied }: TraceLimits,
  diagnostics: readonly Diagnostic[] = [],
): void {
  const refusal = denied === undefined ? null : deniedUse(uses(), denied);
  if (refusal !== null) throw new TraceError('permission', refusal, { diagnostics });
}
