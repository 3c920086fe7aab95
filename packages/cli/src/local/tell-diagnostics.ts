import { type Diagnostic, formatDiagnostic } from '@bpfleet/compiler';
import type { Messages } from './messages.ts';
import type { LocalProgram } from './read-script.ts';

/** Tells what was found in a program: in a script with its marked lines. */
export function tell(found: readonly Diagnostic[], program: LocalProgram, messages: Messages): void {
  for (const each of found) {
    const text =
      program.kind === 'script'
        ? formatDiagnostic(program.source, program.name, each)
        : `${program.name}: ${each.severity === 'warning' ? 'WARNING' : 'ERROR'}: ${each.message}`;
    messages.diagnostic(each.severity, text);
  }
}
