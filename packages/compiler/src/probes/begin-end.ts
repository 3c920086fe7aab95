import { ProgramType } from '@bpfleet/bpf';
import type { CompileEnv } from '../env.ts';
import type { ProbeProvider } from './provider.ts';

/**
 * `BEGIN` and `END`: run once through BPF_PROG_TEST_RUN of a raw tracepoint program (kernel 5.10), before that by a probe
 * on a function that the tracer then calls.
 */
function once(name: 'BEGIN' | 'END', alias: string, kind: 'begin' | 'end'): ProbeProvider {
  return {
    name,
    aliases: [alias],
    usage: name,
    expand(point, { diagnostics, env }) {
      if (point.parts.length > 1) {
        diagnostics.error('invalid-probe', point.span, `${name} takes no arguments`, `write ${name}`);
        return [];
      }
      return [{ name: alias, programType: onceProgramType(env), attach: { kind }, context: { kind: 'none' } }];
    },
  };
}

/** Of a program that the tracer runs itself, once. */
export function onceProgramType({ features }: CompileEnv): ProgramType {
  return features.has('raw_tracepoint_test_run') ? ProgramType.RAW_TRACEPOINT : ProgramType.KPROBE;
}

export const begin = once('BEGIN', 'begin', 'begin');
export const end = once('END', 'end', 'end');
