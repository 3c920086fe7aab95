import type { ParameterValues } from '../parameters/check-parameters.ts';
import { attachPoint, readProbe } from './probe-spec.ts';
import { processFilter } from './process-filter.ts';

/** The ways by which a function, tracepoint or static probe is reached. */
export function stackcount(values: ParameterValues): string {
  const probe = readProbe(String(values.get('pattern')), 'pattern');
  const user = values.get('user') === true || (probe.place !== '' && probe.kind !== 'tracepoint');
  const kernel = !user || values.get('kernel') === true;
  const comm = values.get('by-comm') === true;
  const depth = Number(values.get('depth'));
  const keys = [
    ...(comm ? ['comm'] : []),
    ...(kernel ? [`kstack(${depth})`] : []),
    ...(user ? [`ustack(${depth})`] : []),
  ];
  return `${attachPoint(probe)}${processFilter(values)}
{
  @stacks[${keys.join(', ')}] = count();
}
`;
}
