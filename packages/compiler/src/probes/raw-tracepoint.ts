import { type CFunction, ProgramType } from '@bpfleet/bpf';
import type { CompileEnv } from '../env.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import { checkMatches, noMatch } from './match-names.ts';
import type { ProbeProvider, ProbeTarget } from './provider.ts';
import { hasWildcard, matcher } from './wildcard.ts';

const usage = 'rawtracepoint:event or rawtracepoint:vmlinux:event';
const namePattern = /^[\w.*?[\]!-]{1,128}$/;
/** Each tracepoint has a function of this name and its own (5.10). */
const ITERATOR = '__traceiter_';
/** Modules' tracepoints are found by the event alone, as the kernel does. */
const KERNEL = 'vmlinux';

/**
 * `rawtracepoint:event`: the arguments as the kernel passes them, `arg0` and on, and where its BTF names them
 * `args.name`.
 */
export const rawTracepoint: ProbeProvider = {
  name: 'rawtracepoint',
  aliases: ['rt'],
  usage,
  expand(point, context) {
    const { env, diagnostics } = context;
    const event = point.parts.at(-1) ?? '';
    const module = point.parts.length === 3 ? (point.parts[1] ?? '') : KERNEL;
    if (point.parts.length < 2 || point.parts.length > 3 || !namePattern.test(event) || !namePattern.test(module)) {
      const count = point.parts.length - 1;
      const message =
        count < 1 || count > 2
          ? `rawtracepoint probe type requires 2 or 1 arguments, found ${count}`
          : 'rawtracepoint takes an event';
      diagnostics.error('invalid-probe', point.span, message, `write ${usage}`);
      return [];
    }
    if (env.tracepoints === null) return [target(event, env)];
    const events = new Set(matcher(module)(KERNEL) ? rawEvents(env) : []);
    if (hasWildcard(event)) {
      const matches = checkMatches(point, [...events].filter(matcher(event)), 'raw tracepoints', context);
      return matches.map((name) => target(name, env));
    }
    if (events.has(event)) return [target(event, env)];
    const hint = () => didYouMean(event, events);
    diagnostics.error('no-match', point.span, noMatch('rawtracepoint', event), hint);
    return [];
  },
};

function target(event: string, env: CompileEnv): ProbeTarget {
  const found = env.tracepoints === null ? null : rawFunction(event, env);
  return {
    name: `rawtracepoint:${KERNEL}:${event}`,
    programType: ProgramType.RAW_TRACEPOINT,
    attach: { kind: 'raw_tracepoint', event },
    context:
      found === undefined
        ? { kind: 'raw-tracepoint' }
        : { kind: 'function', at: 'entry', function: found, space: 'any', raw: true },
  };
}

/** The kernel's function that runs what is attached to a tracepoint; before the event's arguments it takes one of its own. */
export function rawFunction(event: string, { types }: Pick<CompileEnv, 'types'>): CFunction | undefined {
  const found = types?.function(`${ITERATOR}${event}`) ?? types?.function(`__bpf_trace_${event}`);
  return found === undefined ? undefined : { ...found, parameters: found.parameters.slice(1) };
}

/**
 * Some tracepoints have no events in tracefs. sys_enter_* and sys_exit_* on the other hand are no tracepoints: the kernel
 * makes them of two.
 */
export function* rawEvents({ tracepoints, types }: Pick<CompileEnv, 'tracepoints' | 'types'>): Generator<string> {
  for (const { category, event } of tracepoints?.list() ?? []) if (category !== 'syscalls') yield event;
  for (const name of types?.functions() ?? []) if (name.startsWith(ITERATOR)) yield name.slice(ITERATOR.length);
}
