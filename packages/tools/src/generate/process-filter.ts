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

/** Statements, a line each, that are done where all conditions hold; indented as in a clause. */
export function guarded(conditions: readonly string[], statements: string): string {
  const lines = (indent: string) =>
    statements
      .split('\n')
      .map((line) => `${indent}${line}`)
      .join('\n');
  return conditions.length === 0 ? lines('  ') : `  if (${conditions.join(' && ')}) {\n${lines('    ')}\n  }`;
}

/** A text as scripts write it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
