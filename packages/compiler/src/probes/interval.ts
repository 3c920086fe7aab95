import { ProgramType } from '@bpfleet/bpf';
import { parseRate } from './period.ts';
import type { ProbeProvider } from './provider.ts';

const usage = 'interval:s:1, interval:ms:100, interval:us:500, interval:hz:10 or interval:1s';

/** `interval:s:1`: on one CPU at a rate. */
export const interval: ProbeProvider = {
  name: 'interval',
  aliases: ['i'],
  usage,
  expand(point, context) {
    const rate = parseRate(point, usage, context);
    if (rate === undefined) return [];
    const periodNs = rate.kind === 'period' ? rate.nanoseconds : 1_000_000_000n / BigInt(rate.hertz);
    return [
      {
        name: `interval:${rate.label}`,
        programType: ProgramType.PERF_EVENT,
        attach: { kind: 'interval', periodNs },
        context: { kind: 'none' },
      },
    ];
  },
};
