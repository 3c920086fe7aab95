import { didYouMean } from '@bpfleet/bpf';
import { type LocatedYaml, readLocatedYaml } from '@bpfleet/runtime';
import type { z } from 'zod';
import { ToolError, type ToolProblem } from '../tool-error.ts';

/** Largest manifest or case, bytes. */
const MAX_BYTES = 64 * 1024;

/** What a YAML text says, and the places of it for further complaints. */
export interface ReadDocument<T> {
  readonly value: T;
  readonly problemAt: (path: readonly PropertyKey[], message: string) => ToolProblem;
}

/**
 * @param file how problems call the text
 * @throws ToolError with all that is wrong
 */
export function readDocument<S extends z.ZodType>(schema: S, text: string, file: string): ReadDocument<z.infer<S>> {
  const wrong = (message: string) => new ToolError([{ file, line: 0, column: 0, message }]);
  if (Buffer.byteLength(text) > MAX_BYTES) throw wrong(`is longer than ${MAX_BYTES} bytes`);
  const yaml = readLocatedYaml(text);
  if ('problems' in yaml) throw new ToolError(yaml.problems.map((problem) => ({ file, ...problem })));
  const problemAt = problemsOf(yaml, file);
  const parsed = schema.safeParse(yaml.content);
  if (parsed.success) return { value: parsed.data, problemAt };
  throw new ToolError(parsed.error.issues.flatMap((issue) => describe(issue, schema, problemAt)));
}

function problemsOf({ placeOf }: LocatedYaml, file: string): ReadDocument<unknown>['problemAt'] {
  return (path, message) => {
    const name = path.map(String).join('.');
    return { file, ...placeOf(path), message: name === '' ? message : `${name}: ${message}` };
  };
}

function describe(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  problemAt: ReadDocument<unknown>['problemAt'],
): ToolProblem[] {
  if (issue.code !== 'unrecognized_keys') return [problemAt(issue.path, plainMessage(issue))];
  const known = keysAt(schema, issue.path);
  return issue.keys.map((key) => {
    const hint = didYouMean(key, known) ?? `there are ${known.join(', ')}`;
    return problemAt([...issue.path, key], `is not known here; ${hint}`);
  });
}

function plainMessage(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'is missing';
  return issue.message
    .replace(/^Invalid input: expected (\w+), received \w+$/, 'must be: $1')
    .replace(/^Invalid option: expected/, 'must be');
}

/** The names that a table may have, where a path leads to one. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const [first, ...rest] = path;
  const { def } = schema as unknown as { def: SchemaDefinition };
  if (def.innerType !== undefined) return keysAt(def.innerType, path);
  if (def.options !== undefined) return [...new Set(def.options.flatMap((option) => keysAt(option, path)))];
  if (def.element !== undefined) return keysAt(def.element, rest);
  if (def.valueType !== undefined) return keysAt(def.valueType, rest);
  if (def.shape === undefined) return [];
  if (first === undefined) return Object.keys(def.shape);
  const next = def.shape[String(first)];
  return next === undefined ? [] : keysAt(next, rest);
}

/** The parts of zod's definitions that are walked here. */
interface SchemaDefinition {
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
}
