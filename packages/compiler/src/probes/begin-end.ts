import { ProgramType } from '@bpfleet/bpf';
import type { ProbeProvider } from './provider.ts';

/** `BEGIN` and `END`: run once through BPF_PROG_TEST_RUN of a raw tracepoint program (kernel 5.10). */
function once(name: 'BEGIN' | 'END', alias: string, kind: 'begin' | 'end'): ProbeProvider {
  return {
    name,
    aliases: [alias],
    usage: name,
    expand(point, { diagnostics }) {
      if (point.parts.length > 1) {
        diagnostics.error('invalid-probe', point.span, `${name} takes no arguments`, `write ${name}`);
        return [];
      }
      return [{ name: alias, programType: ProgramType.RAW_TRACEPOINT, attach: { kind }, context: { kind: 'none' } }];
    },
  };
}

export const begin = once('BEGIN', 'begin', 'begin');
export const end = once('END', 'end', 'end');
