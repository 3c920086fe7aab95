import type { ParameterValues } from '../parameters/check-parameters.ts';
import { attachPoint, readProbe } from './probe-spec.ts';
import { processFilter } from './process-filter.ts';

/** The ways by which a function, tracepoint or static probe is reached. */
export function stackcount(values: ParameterValues): string {
  const probe = readProbe(String(values.get('pattern')), 'pattern');
  const isKernel = probe.place === '' || probe.kind === 'tracepoint';
  const stacks = values.get('stacks') === 'auto' ? (isKernel ? 'kernel' : 'user') : values.get('stacks');
  return `${attachPoint(probe)}${processFilter(values)}
{
  @stacks[comm, ${stacks === 'kernel' ? 'kstack' : 'ustack'}(${Number(values.get('depth'))})] = count();
}
`;
}
