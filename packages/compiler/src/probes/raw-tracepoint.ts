import { ProgramType } from '@bpfleet/bpf';
import type { TracepointSource } from '../env.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import type { ProbeProvider, ProbeTarget } from './provider.ts';
import { hasWildcard, matcher } from './wildcard.ts';

const usage = 'rawtracepoint:event';

/** `rawtracepoint:event`: the arguments as the kernel passes them, `arg0` and on. A category before it is dropped. */
export const rawTracepoint: ProbeProvider = {
  name: 'rawtracepoint',
  aliases: ['rt'],
  usage,
  expand(point, { env, config, diagnostics }) {
    const event = point.parts.at(-1) ?? '';
    if (point.parts.length < 2 || point.parts.length > 3 || !/^[\w.*?[\]!-]{1,128}$/.test(event)) {
      diagnostics.error('invalid-probe', point.span, 'rawtracepoint takes an event', `write ${usage}`);
      return [];
    }
    if (env.tracepoints === null) return [target(event)];
    // sys_enter_* and sys_exit_* are made of two raw tracepoints by the kernel's syscall tracing.
    const events = new Set(rawEvents(env.tracepoints));
    if (!hasWildcard(event)) {
      if (events.has(event)) return [target(event)];
      const hint = () => didYouMean(event, events);
      diagnostics.error('no-match', point.span, `this kernel has no raw tracepoint ${event}`, hint);
      return [];
    }
    const matches = [...events].filter(matcher(event));
    if (matches.length > config.maxProbes) {
      const message = `${point.text} matches ${matches.length} raw tracepoints; at most ${config.maxProbes} are allowed`;
      diagnostics.error('too-many-probes', point.span, message, 'name fewer of them');
      return [];
    }
    if (matches.length === 0) diagnostics.error('no-match', point.span, `no raw tracepoint matches ${event}`);
    return matches.map(target);
  },
};

function target(event: string): ProbeTarget {
  return {
    name: `rawtracepoint:${event}`,
    programType: ProgramType.RAW_TRACEPOINT,
    attach: { kind: 'raw_tracepoint', event },
    context: { kind: 'raw-tracepoint' },
  };
}

function* rawEvents(source: TracepointSource): Generator<string> {
  for (const { category, event } of source.list()) if (category !== 'syscalls') yield event;
}
