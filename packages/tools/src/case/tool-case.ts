import { join } from 'node:path';
import { z } from 'zod';
import { readText } from '../load-tool.ts';
import { readDocument } from '../manifest/read-document.ts';
import type { ToolManifest } from '../manifest/tool-manifest.ts';
import { ToolError, type ToolProblem } from '../tool-error.ts';

const bound = z.union([z.number(), z.string().min(1).max(200)]);

/** What of the entries is held against the bounds; see judge-case.ts. */
const measures = ['value', 'count', 'total', 'average', 'p50', 'p90', 'p99', 'entries'] as const;
export type CaseMeasure = (typeof measures)[number];

const bounds = { min: bound.optional(), max: bound.optional(), equals: bound.optional() };
const isBounded = ({ min, max, equals }: { min?: unknown; max?: unknown; equals?: unknown }) =>
  min !== undefined || max !== undefined || equals !== undefined;

const MapExpectation = z
  .strictObject({
    map: z.string(),
    where: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .default({})
      .describe(
        'Only entries whose key has these parts, by the names of the manifest; a text is a regular expression for the whole.',
      ),
    measure: z.enum(measures).optional(),
    ...bounds,
  })
  .refine(isBounded, 'must have min, max or equals');

const PrintedExpectation = z
  .strictObject({ printed: z.string().describe('A regular expression: how many lines match it'), ...bounds })
  .refine(isBounded, 'must have min, max or equals');

export type MapExpectation = z.infer<typeof MapExpectation>;
type PrintedExpectation = z.infer<typeof PrintedExpectation>;
export type Expectation = MapExpectation | PrintedExpectation;

const moduleName = z.string().regex(/^\w+$/);

/** What `case.yaml` says: a workload that counts for itself, and what the tool must say of it. */
export const ToolCaseSchema = z
  .strictObject({
    attached: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe(
        'Why its numbers cannot be proved on any machine of the tests: then it is attached and must leave nothing.',
      ),
    parameters: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .default({})
      .describe("{{pid}} in a text is the workload's process"),
    workload: z
      .string()
      .max(16_384)
      .default('sleep 0.3')
      .describe('Runs by sh once the tool is attached; each line NAME=NUMBER that it prints is a count for the bounds'),
    prepare: z
      .string()
      .max(16_384)
      .default('')
      .describe('Runs before the tool is attached, by the same shell: what it prints is no count'),
    restore: z.string().max(16_384).default('').describe('Runs by sh after the tool was detached, whatever came of it'),
    commands: z.array(z.string()).default([]).describe('What must be in PATH for it'),
    modules: z
      .array(z.union([moduleName, z.array(moduleName).min(1)]))
      .default([])
      .describe('Kernel modules that are loaded before the tool and must be there; of several in a list one is enough'),
    lost: z
      .int()
      .min(0)
      .max(10_000)
      .default(0)
      .describe('How many events may be lost: of a tool whose own work makes some of what it looks at'),
    settle: z.int().min(0).max(10_000).default(200).describe('Milliseconds from its end until the tool is detached'),
    expect: z
      .array(z.union([MapExpectation, PrintedExpectation]))
      .max(64)
      .default([]),
  })
  .refine(({ attached, expect }) => (attached === undefined) === expect.length > 0, {
    path: ['expect'],
    message: 'must have something to expect, or a reason in "attached" why there is nothing',
  });
export type ToolCase = z.infer<typeof ToolCaseSchema>;

/** The parameters of a case. @param pid of its workload */
export function caseParameters({ parameters }: Pick<ToolCase, 'parameters'>, pid: number): Record<string, unknown> {
  const entries = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replaceAll('{{pid}}', `${pid}`) : value,
  ]);
  return Object.fromEntries(entries);
}

/** The case of a tool's folder. Throws ToolError with all that is wrong with it. */
export function loadCase(folder: string, { outputs }: Pick<ToolManifest, 'outputs'>): ToolCase {
  const file = join(folder, 'case.yaml');
  const { value, problemAt } = readDocument(ToolCaseSchema, readText(file), file);
  const problems = value.expect.flatMap((expectation, index): ToolProblem[] => {
    if ('printed' in expectation) return [];
    const output = outputs.find(({ map }) => map === expectation.map);
    if (output === undefined) return [problemAt(['expect', index, 'map'], 'is no output of the tool')];
    return Object.keys(expectation.where)
      .filter((key) => !output.keys.includes(key))
      .map((key) =>
        problemAt(
          ['expect', index, 'where', key],
          `is no key of ${output.map}: it has ${output.keys.join(', ') || 'none'}`,
        ),
      );
  });
  if (problems.length > 0) throw new ToolError(problems);
  return value;
}
