import { type Diagnostic, formatDiagnostic } from '@bpfleet/compiler';
import type { ProgramObject, ProgramText } from '../run/read-program.ts';
import type { Messages } from './messages.ts';

/** Tells what was found in a program: in a script with its marked lines. */
export function tell(found: readonly Diagnostic[], program: ProgramText | ProgramObject, messages: Messages): void {
  for (const each of found) {
    const text =
      program.kind === 'script'
        ? formatDiagnostic(program.source, program.name, each)
        : `${program.name}: ${each.severity === 'warning' ? 'WARNING' : 'ERROR'}: ${each.message}`;
    messages.diagnostic(each.severity, text);
  }
}
