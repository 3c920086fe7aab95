import type { ToolManifest, ToolParameter } from '../manifest/tool-manifest.ts';
import { unknownParameter } from './check-parameters.ts';
import { ParameterError } from './parameter-problem.ts';

/**
 * Parameters as a command line has them: `--pid 5`, `--pid=5`, `pid=5`, `-p 5`, `-p5`, and words alone for those with a
 * position. Of one that is given twice the last counts. Throws ParameterError.
 */
export function readWords(
  { name: tool, parameters }: Pick<ToolManifest, 'name' | 'parameters'>,
  words: readonly string[],
): Record<string, string> {
  const names = parameters.map(({ name }) => name);
  const places = parameters
    .filter(({ position }) => position !== undefined)
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const given: Record<string, string> = {};
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const option = optionOf(word, parameters);
    if (option === null) {
      const place = places.find(({ name }) => !Object.hasOwn(given, name));
      if (place === undefined)
        throw new ParameterError([{ name: word, message: unknownParameter(tool, nameIn(word), names) }]);
      given[place.name] = word;
      continue;
    }
    const { name, value, parameter } = option;
    if (parameter === undefined)
      throw new ParameterError([{ name: word, message: unknownParameter(tool, name, names) }]);
    const text = value ?? (parameter.type === 'boolean' ? 'true' : rest.shift());
    if (text === undefined) throw new ParameterError([{ name, message: 'has no value' }]);
    given[parameter.name] = text;
  }
  return given;
}

interface Option {
  readonly name: string;
  readonly parameter: ToolParameter | undefined;
  /** undefined: it is the word after it. */
  readonly value: string | undefined;
}

/** null: it is a word by itself. */
function optionOf(word: string, parameters: readonly ToolParameter[]): Option | null {
  const named = (name: string) => parameters.find((each) => each.name === name);
  const [, long, longValue] = /^--([A-Za-z][\w-]*)(?:=([\s\S]*))?$/.exec(word) ?? [];
  if (long !== undefined) return { name: long, parameter: named(long), value: longValue };
  const [, short, shortValue] = /^-([A-Za-z])([\s\S]*)$/.exec(word) ?? [];
  if (short !== undefined) {
    const parameter = parameters.find((each) => each.short === short);
    return { name: `-${short}`, parameter, value: shortValue === '' ? undefined : shortValue };
  }
  const [, name = '', value] = /^([a-z][\w-]*)=([\s\S]*)$/.exec(word) ?? [];
  const parameter = named(name);
  return parameter === undefined ? null : { name, parameter, value };
}

function nameIn(word: string): string {
  return /^[a-z][\w-]*(?==)/.exec(word)?.[0] ?? word;
}
