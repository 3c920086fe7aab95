import { type AttachSpec, ProgramType } from '@bpfleet/bpf';
import type { AttachPoint } from '../syntax/ast.ts';
import type { ProbeProvider, ProbeTarget, Reports } from './provider.ts';

/** `self:signal:SIGUSR1`: runs each time the tracing process itself gets the signal. */
export const self: ProbeProvider = {
  name: 'self',
  aliases: [],
  usage: 'self:signal:SIGUSR1',
  expand(point, { diagnostics }) {
    const [, trigger = '', signal = ''] = point.parts;
    const fail = (message: string) => refuse(point, diagnostics, message, self.usage);
    if (point.parts.length !== 3) return fail(`self probe type requires 2 arguments, found ${point.parts.length - 1}`);
    if (trigger !== 'signal') return fail(`${trigger} is not a supported trigger`);
    if (signal !== 'SIGUSR1') return fail(`${signal} is not a supported signal`);
    return [target(`self:signal:${signal}`, { kind: 'signal', signal })];
  },
};

/** `test:name`: run once where tests are asked for; it fails where it returns something else than 0. */
export const test = named('test');
/** `bench:name`: run many times where benchmarks are asked for. */
export const bench = named('bench');

function named(kind: 'test' | 'bench'): ProbeProvider {
  const usage = `${kind}:name`;
  return {
    name: kind,
    aliases: [],
    usage,
    expand(point, { diagnostics, taken, env }) {
      const [, name = ''] = point.parts;
      const fail = (message: string) => refuse(point, diagnostics, message, usage);
      if (point.parts.length !== 2) {
        return fail(`${kind} probe type requires 1 arguments, found ${point.parts.length - 1}`);
      }
      if (name === '') return fail(`${kind} probes must have a name`);
      const full = `${kind}:${name}`;
      if (env.tracepoints !== null && !env.features.has('raw_tracepoint_test_run')) {
        diagnostics.error('unsupported', point.span, `${kind} probes need kernel 5.10 or newer`);
        return [];
      }
      if (taken.has(full)) {
        return fail(`"${name}" was used as the name for more than one ${kind.toUpperCase()} probe`);
      }
      taken.add(full);
      return [target(full, { kind, name })];
    },
  };
}

function target(name: string, attach: AttachSpec): ProbeTarget {
  return { name, programType: ProgramType.RAW_TRACEPOINT, attach, context: { kind: 'none' } };
}

function refuse(point: AttachPoint, diagnostics: Reports, message: string, usage: string): [] {
  diagnostics.error('invalid-probe', point.span, message, `write ${usage}`);
  return [];
}
