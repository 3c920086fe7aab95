import { didYouMean } from '@bpfleet/bpf';
import type { ToolManifest, ToolParameter } from '../manifest/tool-manifest.ts';
import { ParameterError, type ParameterProblem } from './parameter-problem.ts';

export type ParameterValue = string | number | boolean;

/** Of every parameter that was given or has a default, by name, in the order of the manifest. */
export type ParameterValues = ReadonlyMap<string, ParameterValue>;

/**
 * What a tool runs with.
 *
 * @param given by name; a text stands for the number or truth that it writes
 * Throws ParameterError with all that is wrong.
 */
export function checkParameters(
  { name: tool, parameters }: Pick<ToolManifest, 'name' | 'parameters'>,
  given: Readonly<Record<string, unknown>>,
): ParameterValues {
  const names = parameters.map(({ name }) => name);
  const problems: ParameterProblem[] = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => ({ name, message: unknownParameter(tool, name, names) }));
  const values = new Map<string, ParameterValue>();
  for (const parameter of parameters) {
    const { name } = parameter;
    const value = Object.hasOwn(given, name) ? given[name] : parameter.default;
    if (value === undefined) {
      if (parameter.type !== 'boolean' && parameter.optional !== true)
        problems.push({ name, message: `must be given: ${parameter.summary}` });
      continue;
    }
    const read = readValue(parameter, value);
    if ('message' in read) problems.push({ name, message: read.message });
    else values.set(name, read.value);
  }
  if (problems.length > 0) throw new ParameterError(problems);
  return values;
}

/** As a script takes them, for getopt(). */
export function scriptArguments(values: ParameterValues): string[] {
  return [...values].map(([name, value]) => `--${name}=${value}`);
}

export function unknownParameter(tool: string, name: string, names: readonly string[]): string {
  const hint = didYouMean(name, names)?.replaceAll("'", '');
  const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  return `is no parameter of ${tool}; ${hint ?? known}`;
}

type Read = { readonly value: ParameterValue } | { readonly message: string };

function readValue(parameter: ToolParameter, given: unknown): Read {
  switch (parameter.type) {
    case 'integer': {
      const { min, max } = parameter;
      const value = typeof given === 'string' && /^\s*-?\d{1,16}\s*$/.test(given) ? Number(given) : given;
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return { value };
      return { message: `must be a whole number from ${min} to ${max}` };
    }
    case 'boolean': {
      if (typeof given === 'boolean') return { value: given };
      if (given === 'true' || given === 'false') return { value: given === 'true' };
      return { message: 'must be true or false' };
    }
    case 'choice': {
      if (typeof given === 'string' && parameter.choices.includes(given)) return { value: given };
      const hint = typeof given === 'string' ? didYouMean(given, parameter.choices) : undefined;
      return { message: `must be one of ${parameter.choices.join(', ')}${hint === undefined ? '' : `; ${hint}`}` };
    }
    case 'string': {
      const { maxLength } = parameter;
      const value = typeof given === 'number' ? String(given) : given;
      if (typeof value === 'string' && Buffer.byteLength(value) <= maxLength && !value.includes('\0')) return { value };
      return { message: `must be a text of up to ${maxLength} bytes` };
    }
  }
}
