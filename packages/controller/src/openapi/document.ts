import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { ProblemBody } from '../problem/problem-schema.ts';
import { EventBody, ResultDocumentBody } from '../results/result.body.ts';
import { SessionResourceBody } from '../sessions/session.body.ts';

/** Schemas that routes refer to by name only: problems, and what streams carry. */
const streamed = [ProblemBody, EventBody, SessionResourceBody, ResultDocumentBody];

/** The OpenAPI 3.1 description of the REST API. Needs no database. */
export function openApiDocument(app: INestApplication, version: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('bpfleet')
    .setDescription('Runs bpftrace programs on a fleet of Linux nodes, merges their results and keeps them.')
    .setVersion(version)
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    standardSchemaConverter: (schema, { schemaType }) => toOpenApi(schema as z.ZodType, schemaType),
  });
  const schemas = { ...document.components?.schemas };
  for (const schema of streamed) {
    const { components } = toOpenApi(schema, 'output');
    Object.assign(schemas, components);
  }
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  // /healthz and /readyz stand for the same operations; an operation id may occur once (OpenAPI 3.1, 4.8.10).
  const paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => path.startsWith('/api/')));
  return { ...document, paths, components: { ...document.components, schemas: sorted } } as OpenAPIObject;
}

/** JSON Schema of a zod schema; what has an `id` becomes a named component. */
function toOpenApi(schema: z.ZodType, io: 'input' | 'output'): { schema: object; components: Record<string, object> } {
  const made = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => simplify(jsonSchema),
  });
  const text = JSON.stringify(made).replaceAll('#/$defs/', '#/components/schemas/');
  const { $defs = {}, $schema: _, id, ...body } = JSON.parse(text) as JsonSchema;
  const components = Object.fromEntries(Object.entries($defs).map(([name, { id: __, ...rest }]) => [name, rest]));
  if (id === undefined) {
    return { schema: body, components };
  }
  return { schema: { $ref: `#/components/schemas/${id}` }, components: { ...components, [id]: body } };
}

/** A format says what its pattern says. */
function simplify(schema: { format?: unknown; pattern?: unknown }): void {
  if (schema.format !== undefined) {
    delete schema.pattern;
  }
}

interface JsonSchema {
  readonly $defs?: Record<string, { id?: string }>;
  readonly $schema?: string;
  readonly id?: string;
  readonly [member: string]: unknown;
}
