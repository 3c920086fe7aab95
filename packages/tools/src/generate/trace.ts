import type { ParameterValues } from '../parameters/check-parameters.ts';
import { ParameterError } from '../parameters/parameter-problem.ts';
import { type Scope, translate } from './expression.ts';
import { converted, readFormat } from './format.ts';
import { attachPoint, readProbe } from './probe-spec.ts';
import { conditionsOf, quoted } from './process-filter.ts';
import { readSignature } from './signature.ts';
import { closingBracket, splitOutside } from './split-outside.ts';

const PROBES = ['probe', 'probe2', 'probe3', 'probe4'] as const;

/** Each call of functions, tracepoints or static probes, as BCC's trace is told: `do_sys_openat2 "%s", arg2@user`. */
export function trace(values: ParameterValues): string {
  return PROBES.flatMap((parameter) => {
    const text = values.get(parameter);
    return text === undefined || text === '' ? [] : [clause(String(text), parameter, values)];
  }).join('\n');
}

interface TraceSpec {
  readonly probe: string;
  readonly signature: string;
  readonly predicate: string;
  /** Between the quotation marks. */
  readonly format: string;
  readonly arguments: readonly string[];
}

function clause(text: string, parameter: string, values: ParameterValues): string {
  const spec = readTrace(text, parameter);
  const probe = readProbe(spec.probe, parameter);
  const scope: Scope = { probe, declared: readSignature(spec.signature, parameter), parameter };
  const format = readFormat(spec.format, parameter);
  if (format.conversions.length !== spec.arguments.length) {
    const message = `the format has ${format.conversions.length} conversions, and there are ${spec.arguments.length} arguments`;
    throw new ParameterError([{ name: parameter, message }]);
  }
  const own = spec.arguments.map((each) => translate(each, scope));
  const predicate = spec.predicate === '' ? null : translate(spec.predicate, scope);
  const byName = [...own, ...(predicate === null ? [] : [predicate])].some((each) => each.byName);
  const conditions = [...conditionsOf(values), ...(predicate === null ? [] : [`(${predicate.text})`])];
  const stacks = [
    ...(values.get('kernel-stack') === true ? ['kstack'] : []),
    ...(values.get('user-stack') === true ? ['ustack'] : []),
  ];
  const printed = [
    ...['pid', 'tid', 'comm', quoted(probe.name)],
    ...own.map((each, index) => converted(each.text, format.conversions[index] ?? '')),
    ...stacks,
  ];
  const line = `%-7d %-7d %-15s %-16s ${format.text}\\n${stacks.map(() => '%s\\n').join('')}`;
  const body = `printf("${line}", ${printed.join(', ')});
    @calls[${quoted(spec.probe)}] = count();`;
  return `${attachPoint(probe, byName ? 'fentry' : 'kprobe')}
{
  if (${conditions.length === 0 ? '1' : conditions.join(' && ')}) {
    ${body}
  }
}
`;
}

/** `PROBE[(SIGNATURE)] [(PREDICATE)] ["FORMAT"[, ARGUMENT ...]]`. Throws ParameterError. */
function readTrace(text: string, parameter: string): TraceSpec {
  const wrong = (message: string) => new ParameterError([{ name: parameter, message: `"${text}": ${message}` }]);
  const [, probe = ''] = /^\s*([^\s("]+)/.exec(text) ?? [];
  let rest = text.trimStart().slice(probe.length);
  const bracketed = (): string => {
    if (!rest.startsWith('(')) return '';
    const end = closingBracket(rest, 0);
    if (end < 0) throw wrong('a bracket is not closed');
    const inner = rest.slice(1, end);
    rest = rest.slice(end + 1);
    return inner;
  };
  const signature = bracketed();
  rest = rest.trimStart();
  const predicate = bracketed();
  rest = rest.trim();
  if (rest === '') return { probe, signature, predicate, format: '', arguments: [] };
  const [, format] = /^"((?:[^"\\]|\\.)*)"/.exec(rest) ?? [];
  if (format === undefined) throw wrong('a format in quotation marks follows the probe');
  rest = rest.slice(format.length + 2).trim();
  if (rest !== '' && !rest.startsWith(',')) throw wrong('a comma follows the format');
  const words = rest === '' ? [] : splitOutside(rest.slice(1), ',');
  return { probe, signature, predicate, format, arguments: words };
}
