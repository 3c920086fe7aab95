import { createLogger } from '@bpfleet/runtime';
import { type INestApplication, StandardSchemaValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { defaultCapacity, defaultRetention } from '../config/controller-config.ts';
import { controllerModule } from '../controller.module.ts';
import { createDataSource } from '../database/data-source.ts';
import { CertificateAuthority } from '../fleet/certificate-authority.ts';
import { validationProblem } from '../problem/validation-problem.ts';
import { openApiDocument } from './document.ts';

const apiVersion = '1';

/** Checks bodies and queries against their schemas. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({ exceptionFactory: validationProblem });
}

/** Serves the description at /api/openapi.json and a page to browse it at /api/docs; made when first asked for. */
export function serveDocumentation(app: INestApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('api/docs', app, () => (document ??= openApiDocument(app, apiVersion)), {
    jsonDocumentUrl: 'api/openapi.json',
    yamlDocumentUrl: 'api/openapi.yaml',
    customSiteTitle: 'bpfleet API',
  });
}

/** The description as it is committed. Connects to nothing. */
export async function describeApi(): Promise<string> {
  const app = await NestFactory.create(
    controllerModule({
      database: createDataSource('postgres://nobody@127.0.0.1/none'),
      authority: await CertificateAuthority.create(),
      log: createLogger({ name: 'openapi', level: 'silent' }),
      rate: { perSecond: 1, burst: 1 },
      version: apiVersion,
      capacity: defaultCapacity,
      retention: defaultRetention,
      tools: { tools: new Map(), version: '' },
    }),
    { logger: false, abortOnError: false },
  );
  try {
    return `${JSON.stringify(openApiDocument(app, apiVersion), null, 2)}\n`;
  } finally {
    await app.close();
  }
}
