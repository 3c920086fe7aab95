import type { ParameterValues } from '../parameters/check-parameters.ts';
import { ParameterError } from '../parameters/parameter-problem.ts';
import { attachPoint, readProbe } from './probe-spec.ts';
import { processFilter } from './process-filter.ts';

const divisors: Readonly<Record<string, number>> = { ns: 1, us: 1_000, ms: 1_000_000 };

/** How long a function takes. Calls within calls are timed by themselves: by thread and depth. */
export function funclatency(values: ParameterValues): string {
  const probe = readProbe(String(values.get('pattern')), 'pattern');
  if (probe.kind !== 'entry') {
    const message = 'only a function has a latency: write FUNCTION or LIBRARY:FUNCTION';
    throw new ParameterError([{ name: 'pattern', message }]);
  }
  const divisor = divisors[String(values.get('unit'))] ?? 1;
  return `${attachPoint(probe)}${processFilter(values)}
{
  @depth[tid]++;
  @start[tid, @depth[tid]] = nsecs;
}

${attachPoint({ ...probe, kind: 'return' })} /@depth[tid] > 0/
{
  $depth = @depth[tid];
  @latency[func] = hist((nsecs - @start[tid, $depth]) / ${divisor});
  delete(@start, (tid, $depth));
  if ($depth == 1) {
    delete(@depth, tid);
  } else {
    @depth[tid]--;
  }
}

END
{
  clear(@start);
  clear(@depth);
}
`;
}
