import fc from 'fast-check';
import { hostileText } from './hostile-text.ts';
import { validTexts } from './valid-text.ts';

/** JSON Schema as the OpenAPI document has it, as far as it is used here. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

type Schemas = Readonly<Record<string, JsonSchema>>;

const anyJson = fc.oneof(
  hostileText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, true, 0, -1, 1.5, 1e308, 2 ** 53, '', [], {}),
);

/** One of many is something else altogether. */
const mostly = <T, U>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<U>, weight = 40) =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: other });

/** Values that fit a schema, more or less: any part of one may be anything else, absent, or have company. `name`: of the member. */
export function nearly(schema: JsonSchema, schemas: Schemas, name = ''): fc.Arbitrary<unknown> {
  return mostly(fitting(schema, schemas, name), anyJson);
}

function fitting(schema: JsonSchema, schemas: Schemas, name: string): fc.Arbitrary<unknown> {
  const { $ref, items } = schema;
  if ($ref !== undefined) {
    return fitting(schemas[$ref.split('/').at(-1) ?? ''] ?? {}, schemas, name);
  }
  if ('const' in schema) {
    return fc.constant(schema.const);
  }
  if (schema.enum !== undefined) {
    return fc.constantFrom(...schema.enum);
  }
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) {
    return fc.oneof(...choices.map((choice) => fitting(choice, schemas, name)));
  }
  switch (schema.type) {
    case 'object':
      return object(schema, schemas);
    case 'array':
      return fc.array(nearly(items ?? {}, schemas, name), { maxLength: 4 });
    case 'integer':
      return number(schema, fc.maxSafeInteger(), (min, max) => fc.integer({ min, max }));
    case 'number':
      return number(schema, fc.double(), (min, max) => fc.double({ min, max, noNaN: true }));
    case 'boolean':
      return fc.boolean();
    case 'string':
      return mostly(validTexts[name] ?? hostileText, hostileText, 12);
    default:
      return anyJson;
  }
}

function number(
  { minimum, maximum }: JsonSchema,
  any: fc.Arbitrary<number>,
  within: (min: number, max: number) => fc.Arbitrary<number>,
): fc.Arbitrary<number> {
  const [min, max] = [minimum ?? 0, Math.min(maximum ?? 1_000, 2 ** 31 - 1)];
  return mostly(
    fc.oneof(within(min, max), fc.constantFrom(min, max)),
    fc.oneof(any, fc.constantFrom(min - 1, max + 1)),
    12,
  );
}

function object(schema: JsonSchema, schemas: Schemas): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const members = Object.entries(properties).map(([name, each]) => {
    const value = nearly(each, schemas, name);
    // A member that has to be there seldom is not; another seldom is, as many say together what cannot be.
    const there = required.includes(name) ? { weight: 60, absent: 1 } : { weight: 1, absent: 3 };
    const entry = fc.oneof(
      { weight: there.weight, arbitrary: value.map((given) => [[name, given]]) },
      { weight: there.absent, arbitrary: fc.constant([]) },
    );
    return entry as fc.Arbitrary<[string, unknown][]>;
  });
  const strangers = fc
    .dictionary(hostileText, typeof additionalProperties === 'object' ? anyJson : fc.jsonValue({ maxDepth: 1 }), {
      maxKeys: 3,
    })
    .map((more) => Object.entries(more));
  const open = typeof additionalProperties === 'object';
  const more = open ? strangers : mostly(fc.constant([]), strangers);
  return fc.tuple(...members, more).map((entries) => Object.fromEntries(entries.flat()));
}
