import { ProgramType } from '@bpfleet/bpf';
import { parseRate } from './period.ts';
import type { ProbeProvider } from './provider.ts';

const usage = 'profile:hz:99, profile:s:1, profile:ms:10 or profile:us:100';

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
        name: `profile:${point.parts.slice(1).join(':')}`,
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
