import type { ParameterValues } from '../parameters/check-parameters.ts';

/** The predicate that keeps to one process, with the space before it; empty: all of them. */
export function processFilter(values: ParameterValues): string {
  const conditions = conditionsOf(values);
  return conditions.length === 0 ? '' : ` /${conditions.join(' && ')}/`;
}

/** Of the parameters that every tool with a probe has; 0 and "" stand for all. */
export function conditionsOf(values: ParameterValues): string[] {
  const number = (name: string) => Number(values.get(name) ?? 0);
  const comm = String(values.get('comm') ?? '');
  return [
    ...(number('pid') === 0 ? [] : [`pid == ${number('pid')}`]),
    ...(number('tid') === 0 ? [] : [`tid == ${number('tid')}`]),
    ...(comm === '' ? [] : [`comm == ${quoted(comm)}`]),
  ];
}

/** A text as scripts write it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
