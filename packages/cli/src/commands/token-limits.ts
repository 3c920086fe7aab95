import type { CreateToken } from '@bpfleet/client';
import { AmountError, parseShare } from '@bpfleet/runtime';
import { type LimitReaders, parseLimitsBy } from '../run/parse-limits.ts';

type Limits = NonNullable<Extract<CreateToken, { kind: 'api' }>['limits']>;

const limits: LimitReaders<Limits> = {
  for: (text) => ({ for: text }),
  overhead: (text) => ({ overhead: parseShare(text) }),
  nodes: (text) => {
    if (!/^[1-9]\d{0,5}$/.test(text)) throw new AmountError('give a number of nodes, such as 10');
    return { nodes: Number(text) };
  },
};

/** `for=1m,overhead=1%,nodes=10`: what one session of a token may be at most. Throws CliError. */
export function parseTokenLimits(text: string): Limits {
  return parseLimitsBy(limits, 'for=1m, overhead=1% and nodes=10', text);
}
