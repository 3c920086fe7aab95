import type { ParameterValues } from '../parameters/check-parameters.ts';
import { ParameterError } from '../parameters/parameter-problem.ts';
import { type Scope, type Translated, translate } from './expression.ts';
import { attachPoint, type ProbeSpec, readProbe } from './probe-spec.ts';
import { conditionsOf, quoted } from './process-filter.ts';
import { readSignature } from './signature.ts';
import { closingBracket, splitOutside } from './split-outside.ts';

/** Values of arguments and of what functions return, as BCC's argdist is told: `p::__kmalloc(size_t size):size_t:size#label`. */
export function argdist(values: ParameterValues): string {
  const given = (['hist', 'count'] as const).flatMap((parameter) => {
    const text = values.get(parameter);
    return text === undefined || text === '' ? [] : [clauses(String(text), parameter, values)];
  });
  if (given.length > 0) return given.join('\n');
  throw new ParameterError([{ name: 'hist', message: 'give what to measure: -H for a histogram, -C for counts' }]);
}

interface ArgdistSpec {
  readonly probe: ProbeSpec;
  readonly scope: Scope;
  readonly types: readonly string[];
  readonly expressions: readonly string[];
  readonly filter: string;
  readonly label: string;
}

function clauses(text: string, parameter: 'hist' | 'count', values: ParameterValues): string {
  const spec = readSpec(text, parameter);
  const { probe } = spec;
  const timed = [...spec.expressions, spec.filter].some((each) => /\$latency\b/.test(each));
  if (timed && probe.kind !== 'return')
    throw new ParameterError([{ name: parameter, message: '$latency is of a return: r:...' }]);
  const start = `@${parameter}_start`;
  const read = (each: string): Translated => {
    const [before, ...after] = each.split('$latency');
    if (after.length === 0) return translate(each, spec.scope);
    // Law of the scope: nothing but an expression comes out of it; the name is put in afterwards.
    const { text: said, byName } = translate([before, ...after].join('LATENCY_'), spec.scope);
    return { text: said.replaceAll('LATENCY_', `(nsecs - ${start}[tid])`), byName };
  };
  const measured = spec.expressions.map(read);
  const filter = spec.filter === '' ? null : read(spec.filter);
  const byName = [...measured, ...(filter === null ? [] : [filter])].some((each) => each.byName);
  const conditions = [
    ...conditionsOf(values),
    ...(timed ? [`${start}[tid] > 0`] : []),
    ...(filter === null ? [] : [`(${filter.text})`]),
  ];
  const keys = measured.map(({ text: said }, index) => (isText(spec.types[index] ?? '') ? `str(${said})` : said));
  const what =
    parameter === 'hist'
      ? `@hist[${quoted(spec.label)}] = hist(${keys[0]});`
      : `@counts[${quoted(spec.label)}, ${keys.length === 1 ? keys[0] : `(${keys.join(', ')})`}] = count();`;
  const main = `${attachPoint(probe, byName ? 'fentry' : 'kprobe')}
{
  if (${conditions.length === 0 ? '1' : conditions.join(' && ')}) {
    ${what}
  }
${timed ? `  delete(${start}, tid);\n` : ''}}
`;
  if (!timed) return main;
  const entry = `${attachPoint({ ...probe, kind: 'entry' }, byName ? 'fentry' : 'kprobe')} { ${start}[tid] = nsecs; }\n`;
  return `${entry}\n${main}\nEND { clear(${start}); }\n`;
}

function isText(type: string): boolean {
  return /\bchar\s*\*/.test(type);
}

/** `{p,r,t,u}:[LIBRARY]:FUNCTION[(SIGNATURE)][:TYPE,...:EXPRESSION,...[:FILTER]][#LABEL]`. Throws ParameterError. */
function readSpec(text: string, parameter: 'hist' | 'count'): ArgdistSpec {
  const wrong = (message: string) => new ParameterError([{ name: parameter, message: `"${text}": ${message}` }]);
  const [whole = '', ...labels] = splitOutside(text.trim(), '#');
  const [kind = '', place = '', name = '', types = '', expressions = '', ...filters] = splitOutside(whole, ':');
  if (!/^[prtu]?$/.test(kind) || name === '') throw wrong('write p:LIBRARY:FUNCTION, p::FUNCTION or t:CATEGORY:EVENT');
  const open = name.indexOf('(');
  const close = open < 0 ? -1 : closingBracket(name, open);
  if (open >= 0 && close !== name.length - 1) throw wrong('a bracket is not closed');
  const plain = open < 0 ? name : name.slice(0, open);
  const probe = readProbe([kind || 'p', ...(place === '' ? [] : [place]), plain].join(':'), parameter);
  const signature = readSignature(open < 0 ? '' : name.slice(open + 1, close), parameter);
  const given = splitOutside(expressions, ',').filter((each) => each.trim() !== '');
  const typed = splitOutside(types, ',').filter((each) => each.trim() !== '');
  if (typed.length !== given.length) throw wrong(`there are ${typed.length} types, and ${given.length} expressions`);
  if (parameter === 'hist' && given.length > 1) throw wrong('a histogram is of one value');
  return {
    probe,
    scope: { probe, declared: signature, parameter },
    types: typed.length > 0 ? typed : ['u64'],
    expressions: given.length > 0 ? given : [probe.kind === 'return' ? '$retval' : '1'],
    filter: filters.join(':').trim(),
    label: labels.join('#').trim() || whole,
  };
}
