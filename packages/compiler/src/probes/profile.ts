import { ProgramType } from '@bpfleet/bpf';
import { parseRate } from './period.ts';
import type { ProbeProvider } from './provider.ts';

const usage = 'profile:hz:99, profile:s:1, profile:ms:10, profile:us:100 or profile:10ms';

/** `profile:hz:99`: on every CPU at a rate. */
export const profile: ProbeProvider = {
  name: 'profile',
  aliases: ['p'],
  usage,
  expand(point, context) {
    const rate = parseRate(point, usage, context);
    if (rate === undefined) return [];
    return [
      {
        name: `profile:${rate.label}`,
        programType: ProgramType.PERF_EVENT,
        attach:
          rate.kind === 'frequency'
            ? { kind: 'profile', frequency: rate.hertz }
            : { kind: 'profile', periodNs: rate.nanoseconds },
        context: { kind: 'none' },
      },
    ];
  },
};
