import { readKernelRange } from '@bpfleet/bpf';
import { z } from 'zod';
import { generatorNames } from '../generate/generator-names.ts';
import { MAP_NAME, PARAMETER_NAME, SCRIPT_NAME, TOOL_NAME } from './names.ts';

export const areas = ['cpu', 'memory', 'disk', 'files', 'network', 'processes', 'applications'] as const;
export type ToolArea = (typeof areas)[number];

/** What nodes call their architectures, in `arch=` of selectors. */
export const architectures = ['x86-64', 'arm64'] as const;
export type ToolArch = (typeof architectures)[number];

/** Of one tool. */
export const MAX_VARIANTS = 8;

const line = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\n\r\0]*$/, 'must be one line');
const word = z
  .string()
  .regex(/^[^\s\0]{1,64}$/, 'must be a word of up to 64 characters')
  .describe('How a column is called');

const parameterFrame = {
  name: z.string().regex(PARAMETER_NAME, 'must be small letters, digits, "-" and "_", up to 32 of them'),
  summary: line,
  position: z
    .int()
    .min(1)
    .max(8)
    .optional()
    .describe('It may also be given without its name, as this word of the arguments.'),
  short: z
    .string()
    .regex(/^[A-Za-z]$/, 'must be one letter')
    .optional()
    .describe('It may also be given as -p VALUE.'),
  optional: z.literal(true).optional().describe('It may be left out though it has no default.'),
};

const IntegerParameter = z
  .strictObject({
    ...parameterFrame,
    type: z.literal('integer'),
    default: z.int().optional(),
    min: z.int(),
    max: z.int(),
    unit: word.optional(),
  })
  .refine(({ min, max }) => min <= max, { path: ['max'], message: 'is less than min' })
  .refine(({ default: given, min, max }) => given === undefined || (given >= min && given <= max), {
    path: ['default'],
    message: 'is not from min to max',
  });
const StringParameter = z
  .strictObject({
    ...parameterFrame,
    type: z.literal('string'),
    default: z.string().optional(),
    maxLength: z.int().min(1).max(4_096).default(256).describe('Bytes'),
  })
  .refine(({ default: given = '', maxLength }) => Buffer.byteLength(given) <= maxLength, {
    path: ['default'],
    message: 'is longer than maxLength',
  });
const BooleanParameter = z.strictObject({
  ...parameterFrame,
  type: z.literal('boolean'),
  default: z.boolean().default(false),
});
const ChoiceParameter = z
  .strictObject({
    ...parameterFrame,
    type: z.literal('choice'),
    choices: z.array(word).min(1).max(32),
    default: word.optional(),
  })
  .refine(({ default: given, choices }) => given === undefined || choices.includes(given), {
    path: ['default'],
    message: 'is none of the choices',
  });

export const ParameterSchema = z.discriminatedUnion('type', [
  IntegerParameter,
  StringParameter,
  BooleanParameter,
  ChoiceParameter,
]);
export type ToolParameter = z.infer<typeof ParameterSchema>;

const OutputSchema = z.strictObject({
  map: z.string().regex(MAP_NAME, 'must be a map, as the script has it: @name'),
  summary: line,
  unit: word.optional().describe('Of the values'),
  keys: z.array(word).max(8).default([]).describe('What each part of the key is called'),
});
export type ToolOutput = z.infer<typeof OutputSchema>;

const VariantSchema = z
  .strictObject({
    script: z.string().regex(SCRIPT_NAME, 'must be a file of the folder, NAME.bt').optional(),
    generate: z.enum(generatorNames).optional().describe('What writes the script, of the parameters'),
    kernels: z
      .string()
      .max(100)
      .refine(
        (range) => readKernelRange(range) !== null,
        'must be a range of kernels, such as ">=5.8" or ">=5.8, <6.12"',
      )
      .describe('Where it is known to run'),
    arch: z.array(z.enum(architectures)).min(1).max(architectures.length).optional(),
    needs: line.optional().describe('What a kernel must have for it, told where it has not'),
  })
  .refine(({ script, generate }) => (script === undefined) !== (generate === undefined), {
    message: 'must have a script, or what generates it',
  });
export type VariantManifest = z.infer<typeof VariantSchema>;

const unique = (names: readonly string[]) => new Set(names).size === names.length;

/** What `tool.yaml` says. */
export const ToolManifestSchema = z.strictObject({
  name: z.string().regex(TOOL_NAME, 'must be small letters, digits and "-", up to 32 of them'),
  summary: line,
  area: z.enum(areas),
  overhead: z.enum(['low', 'medium', 'high']),
  parameters: z
    .array(ParameterSchema)
    .max(32)
    .default([])
    .refine((all) => unique(all.map(({ name }) => name)), 'has a name twice')
    .refine((all) => unique(all.flatMap(({ position }) => (position === undefined ? [] : [`${position}`]))), {
      message: 'has a position twice',
    }),
  outputs: z
    .array(OutputSchema)
    .max(32)
    .default([])
    .refine((all) => unique(all.map(({ map }) => map)), 'has a map twice'),
  columns: z.array(word).min(1).max(32).optional().describe('What each column of printed lines is called'),
  variants: z.array(VariantSchema).min(1).max(MAX_VARIANTS).describe('A node takes the first that fits it'),
  related: z.array(z.string().regex(TOOL_NAME)).max(16).default([]),
  example: line,
});

export type ToolManifest = z.infer<typeof ToolManifestSchema>;
