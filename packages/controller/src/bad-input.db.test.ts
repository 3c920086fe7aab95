import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemCodes } from './problem/problem.ts';
import { answerChecks } from './testing/answering-agent.ts';
import { hostileText } from './testing/hostile-text.ts';
import { type JsonSchema, nearly } from './testing/json-schema-arbitrary.ts';
import type { ScriptedAgent } from './testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from './testing/test-controller.ts';

/*
 * Requests of any shape at the real server, made from the OpenAPI document: never a 5xx, and every error a problem that says what is
 * wrong. `BPFLEET_SEED` is the seed.
 */

const numRuns = 60;
/** A stream goes on for as long as its session. */
const patienceMs = 500;

interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly schema: JsonSchema;
}

interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: JsonSchema | undefined;
}

interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

let server: TestServer;
let controller: TestController;
let agent: ScriptedAgent;
let operations: Map<string, Operation>;
let schemas: Record<string, JsonSchema>;
/** Of what there is. */
let known: string[];

beforeAll(async () => {
  server = await startTestServer();
  controller = await TestController.start(server);
  agent = await controller.agent('a', { zone: 'a' });
  answerChecks(agent);
  const session = { program: { kind: 'script', source: 'BEGIN { @x = 1; }' }, for: '1h' };
  const made = await controller.call<{ session: { id: string } }>('POST', '/sessions', session);
  const when = { kind: 'cron', cron: '0 3 * * *' };
  const scheduled = await controller.call<{ id: string }>('POST', '/schedules', { when, session });
  const digest = (made.body.session as unknown as { program: { digest: string } }).program.digest;
  known = [made.body.session.id, scheduled.body.id, 'a', digest, 'funccount'];
  const document = (await (await fetch(`${controller.running.restUrl}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Record<string, unknown>>>;
    components: { schemas: Record<string, JsonSchema> };
  };
  schemas = document.components.schemas;
  operations = new Map(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, parameters = [], requestBody }]) => [
        operationId as string,
        {
          operationId: operationId as string,
          method: method.toUpperCase(),
          path,
          parameters: parameters as Parameter[],
          body: (requestBody as { content: Record<string, { schema: JsonSchema }> } | undefined)?.content[
            'application/json'
          ]?.schema,
        },
      ]),
    ),
  );
});
afterAll(async () => {
  agent.close();
  await controller.stop();
  await server.stop();
});

/** Characters that a header may have (RFC 9110, section 5.5), and that Node sends. */
const headerText = hostileText.map((text) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, ''));

function sendable({ path, parameters, body }: Operation): fc.Arbitrary<Sent> {
  const of = (place: Parameter['in']) => parameters.filter((each) => each.in === place);
  const inPath = fc.record(
    Object.fromEntries(
      of('path').map(({ name }) => [
        name,
        fc.oneof(
          fc.constantFrom(...known),
          hostileText.filter((text) => text !== ''),
        ),
      ]),
    ),
  );
  const query = fc.record(
    Object.fromEntries(of('query').map(({ name, schema }) => [name, nearly(schema, schemas, name).map(asText)])),
    { requiredKeys: [] },
  );
  const headers = fc.record(Object.fromEntries(of('header').map(({ name }) => [name, headerText])), {
    requiredKeys: [],
  });
  const text = body === undefined ? fc.constant(undefined) : bodyText(body);
  return fc
    .tuple(inPath, query, headers, text, fc.option(hostileText, { freq: 20 }))
    .map(([ids, asked, given, sent, more]) => {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        percent((ids as Record<string, string>)[name] ?? ''),
      );
      const pairs = Object.entries(asked as Record<string, string>).map(([name, value]) => `${name}=${percent(value)}`);
      const strange = more === null ? [] : [`${percent(more)}=${percent(more)}`];
      const search = [...pairs, ...strange].join('&');
      return {
        path: search === '' ? filled : `${filled}?${search}`,
        headers: given as Record<string, string>,
        body: sent,
      };
    });
}

/** JSON that nearly fits, or what is none. Half a surrogate pair goes as an escape, as JSON.stringify writes it. */
function bodyText(schema: JsonSchema): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 20, arbitrary: nearly(schema, schemas).map((value) => JSON.stringify(value) ?? 'null') },
    { weight: 1, arbitrary: hostileText },
    { weight: 1, arbitrary: nearly(schema, schemas).map((value) => (JSON.stringify(value) ?? 'null').slice(0, -1)) },
  );
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
const percent = (text: string): string => encodeURIComponent(text.toWellFormed()).replaceAll('.', '%2E');

interface Received {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

function send(method: string, { path, headers, body }: Sent): Promise<Received> {
  const { hostname, port } = new URL(controller.running.restUrl);
  const authorization = `Bearer ${controller.running.bootstrapAdminToken}`;
  const length = { 'content-length': Buffer.byteLength(body ?? '') };
  const all = { authorization, 'content-type': 'application/json', ...headers, ...length };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers: all, agent: false }, (response) => {
      let text = '';
      const answer = () => {
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text });
        request.destroy();
      };
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.once('end', answer);
      response.once('error', reject);
      if (/event-stream|ndjson/.test(response.headers['content-type'] ?? '')) setTimeout(answer, patienceMs);
    });
    request.once('error', reject);
    request.end(body);
  });
}

async function requireAnswer(method: string, sent: Sent): Promise<void> {
  const { status, type, text } = await send(method, sent);
  expect(status, text).toBeGreaterThanOrEqual(200);
  expect(status, text).toBeLessThan(500);
  if (status >= 400) {
    expect(type).toContain('application/problem+json');
    const problem = JSON.parse(text) as { code: string; detail: string };
    expect(problemCodes).toContain(problem.code);
    expect(problem).toMatchObject({ status, detail: expect.stringMatching(/\S/), title: expect.any(String) });
  }
}

describe('a request of any shape is answered, and what is wrong with it told', () => {
  it.each([
    'createSession',
    'checkProgram',
    'listSessions',
    'getSession',
    'listSessionNodes',
    'cancelSession',
    'getResults',
    'getEvents',
    'streamResults',
    'listTools',
    'getTool',
    'listPrograms',
    'getProgram',
    'createSchedule',
    'listSchedules',
    'getSchedule',
    'changeSchedule',
    'listScheduleSessions',
    'listFirings',
    'listNodes',
    'getNode',
    'findProbes',
    'createToken',
    'listTokens',
    'revokeToken',
    'listAudit',
    'checkAudit',
    'getHealth',
    'getReadiness',
    'getMetrics',
    'deleteSchedule',
    'revokeNode',
  ])('%s', async (operationId) => {
    const operation = operations.get(operationId);
    if (operation === undefined) throw new Error(`${operationId} is not in the document`);
    await fc.assert(
      fc.asyncProperty(sendable(operation), (sent) => requireAnswer(operation.method, sent)),
      { numRuns },
    );
  });

  it('all operations are above', () => {
    expect(operations.size).toBe(32);
  });

  it('with any token', async () => {
    const authorization = fc.oneof(
      headerText,
      headerText.map((text) => `Bearer ${text}`),
    );
    await fc.assert(
      fc.asyncProperty(authorization, async (text) => {
        const { status } = await send('GET', {
          path: '/api/v1/nodes',
          headers: { authorization: text },
          body: undefined,
        });
        expect(status).toBe(401);
      }),
      { numRuns },
    );
  });

  it('with any media type and any path', async () => {
    const requests = fc.record({
      path: fc.array(hostileText, { maxLength: 3 }).map((parts) => `/${parts.map(percent).join('/')}`),
      headers: fc.record(
        { 'content-type': headerText, accept: headerText, 'content-encoding': headerText },
        { requiredKeys: [] },
      ),
      body: hostileText,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'), requests, (method, sent) =>
        requireAnswer(method, sent),
      ),
      { numRuns },
    );
  });
});

it('bytes that are no HTTP end their own connection, and nothing else', async () => {
  const { hostname, port } = new URL(controller.running.restUrl);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), fc.boolean(), async (bytes, headed) => {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      const closed = once(socket, 'close');
      socket.on('error', () => undefined);
      socket.resume();
      if (headed) socket.write('POST /api/v1/sessions HTTP/1.1\r\nhost: x\r\nx-request-id: ');
      socket.end(bytes);
      await closed;
    }),
    { numRuns },
  );
  expect((await controller.call('GET', '/nodes')).status).toBe(200);
});
