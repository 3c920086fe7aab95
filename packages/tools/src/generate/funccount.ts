import type { ParameterValues } from '../parameters/check-parameters.ts';
import { attachPoint, readProbe } from './probe-spec.ts';
import { processFilter } from './process-filter.ts';

/** Calls of each function, tracepoint or static probe that a pattern stands for. */
export function funccount(values: ParameterValues): string {
  const probe = readProbe(String(values.get('pattern')), 'pattern');
  return `${attachPoint(probe)}${processFilter(values)}
{
  @calls[probe] = count();
}
`;
}
