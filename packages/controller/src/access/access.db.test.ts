import { randomUUID } from 'node:crypto';
import * as contracts from '@bpfleet/contracts';
import { type DescService, toRpcError } from '@bpfleet/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerChecks } from '../testing/answering-agent.ts';
import { callAny } from '../testing/any-call.ts';
import type { ScriptedAgent } from '../testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from '../testing/test-controller.ts';
import { operationRules } from './operations.ts';
import { type Role, roles } from './role.ts';

/*
 * Every operation of the API with every role and every scope, on the real server. Which operations there are is read from the OpenAPI
 * document and the descriptors of control.v1; what is to come out is written here, apart from the rules that are tested.
 */

const program = 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }';
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

interface Expected {
  /** Those who may; `anyone` needs no token. */
  readonly who: readonly Role[] | 'anyone';
  /** What it is done to, made anew by an admin, on the node of zone x. */
  readonly to?: 'session' | 'schedule' | 'node' | 'token' | 'program';
  /** What it is asked about that everyone may know of. */
  readonly about?: string;
  /** It ends or changes that: ci may not, as another made it. */
  readonly changes?: true;
  /** It leaves one entry in the audit log. */
  readonly audited?: true;
  /** Of REST, and of gRPC. */
  readonly query?: string;
  readonly body?: () => object;
  readonly message?: () => object;
}

const everyone = roles;
const runners: readonly Role[] = ['operator', 'ci', 'admin'];
const admins: readonly Role[] = ['admin'];
const session = { program: { kind: 'script', source: program }, for: '1h' };
const sessionMessage = { program: { source: { case: 'script', value: program } } };

const expected: Readonly<Record<string, Expected>> = {
  createSession: { who: runners, audited: true, body: () => session, message: () => sessionMessage },
  checkProgram: { who: runners, body: () => ({ program: session.program }), message: () => sessionMessage },
  listSessions: { who: everyone },
  getSession: { who: everyone, to: 'session' },
  listSessionNodes: { who: everyone, to: 'session' },
  cancelSession: { who: runners, to: 'session', changes: true, audited: true },
  getResults: { who: everyone, to: 'session' },
  getEvents: { who: everyone, to: 'session' },
  streamResults: { who: everyone, to: 'session' },
  listTools: { who: everyone },
  getTool: { who: everyone, about: 'funccount', message: () => ({ name: 'funccount' }) },
  listPrograms: { who: everyone },
  getProgram: { who: everyone, to: 'program' },
  createSchedule: {
    who: runners,
    audited: true,
    body: () => ({ when: { kind: 'at', at: inAnHour() }, session }),
    message: () => ({ when: { kind: { case: 'every', value: { seconds: 60n } } }, session: sessionMessage }),
  },
  listSchedules: { who: everyone },
  getSchedule: { who: everyone, to: 'schedule' },
  changeSchedule: { who: runners, to: 'schedule', changes: true, audited: true, body: () => ({ paused: true }) },
  deleteSchedule: { who: runners, to: 'schedule', changes: true, audited: true },
  listScheduleSessions: { who: everyone, to: 'schedule' },
  listFirings: { who: everyone, to: 'schedule' },
  listNodes: { who: everyone },
  findProbes: { who: everyone, query: '?pattern=tracepoint:*', message: () => ({ pattern: 'tracepoint:*' }) },
  getNode: { who: everyone, to: 'node' },
  revokeNode: { who: admins, to: 'node', audited: true },
  createToken: { who: admins, audited: true, body: () => ({ kind: 'api' }), message: () => ({ kind: 'api' }) },
  listTokens: { who: admins },
  revokeToken: { who: admins, to: 'token', audited: true },
  listAudit: { who: admins },
  checkAudit: { who: admins },
  getHealth: { who: 'anyone' },
  getReadiness: { who: 'anyone' },
  getMetrics: { who: 'anyone' },
};

/** Tokens see everything, or the node that each subject is on, or another one. */
const scopes = { everything: undefined, within: 'zone=x', beyond: 'zone=y' } as const;
type Scope = keyof typeof scopes;
const holders = roles.flatMap((role) =>
  (Object.keys(scopes) as Scope[])
    .filter((scope) => role !== 'admin' || scope === 'everything')
    .map((scope) => ({ role, scope })),
);

type Outcome = 'done' | 'unauthenticated' | 'forbidden' | 'hidden';

function outcome({ who, to, changes }: Expected, role: Role, scope: Scope): Outcome {
  if (who !== 'anyone' && !who.includes(role)) {
    return 'forbidden';
  }
  // A bounded token sees schedules of its own alone.
  if ((scope === 'beyond' && to !== undefined) || (scope === 'within' && to === 'schedule')) {
    return 'hidden';
  }
  return changes === true && role === 'ci' ? 'forbidden' : 'done';
}

let server: TestServer;
let controller: TestController;
let agents: ScriptedAgent[];
const tokens = new Map<string, string>();
const keyOf = (role: Role, scope: Scope) => `${role} ${scope}`;

beforeAll(async () => {
  server = await startTestServer();
  controller = await TestController.start(server);
  agents = [await controller.agent('a', { zone: 'x' }), await controller.agent('b', { zone: 'y' })];
  agents.forEach(answerChecks);
  for (const { role, scope } of holders) {
    const nodes = scopes[scope];
    const body = { kind: 'api', role, ...(nodes === undefined ? {} : { nodes }) };
    const made = await controller.call<{ token: string }>('POST', '/tokens', body);
    tokens.set(keyOf(role, scope), made.body.token);
  }
});
afterAll(async () => {
  for (const agent of agents) agent.close();
  await controller.stop();
  await server.stop();
});

async function made(to: Expected['to']): Promise<string> {
  switch (to) {
    case undefined:
      return '';
    case 'node':
      return (await controller.enrol(`n-${randomUUID()}`, { zone: 'x' })).nodeId;
    case 'token':
      return (await controller.call<{ id: string }>('POST', '/tokens', { kind: 'api' })).body.id;
    case 'schedule': {
      const body = { when: { kind: 'at', at: inAnHour() }, session };
      return (await controller.call<{ id: string }>('POST', '/schedules', body)).body.id;
    }
    case 'session':
    case 'program': {
      // A program of its own, that nobody ran on the other node.
      const source = `${program} // ${randomUUID()}`;
      const body = { program: { kind: 'script', source }, nodes: 'name=a', for: '1s' };
      type Made = { session: { id: string; program: { digest: string } } };
      const answer = await controller.call<Made>('POST', '/sessions', body);
      const { id, program: ran } = answer.body.session;
      return to === 'session' ? id : ran.digest;
    }
  }
}

/** What the audit log says of one call. */
const auditedOf = async (requestId: string): Promise<string[]> =>
  (await controller.audited(20))
    .filter((entry) => entry.requestId === requestId)
    .map(({ action, outcome: how }) => `${action} ${how}`);

interface RestOperation {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
}

const restOperations = async (): Promise<RestOperation[]> => {
  const response = await fetch(`${controller.running.restUrl}/api/openapi.json`);
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, { operationId: string }>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      operation: operationId,
      method: method.toUpperCase(),
      path: path.replace('/api/v1', ''),
    })),
  );
};

const withQuery = (each: RestOperation, rule: Expected | undefined): RestOperation => ({
  ...each,
  path: each.path + (rule?.query ?? ''),
});

const services = Object.values(contracts as Record<string, unknown>).filter(
  (value): value is DescService =>
    (value as { kind?: unknown }).kind === 'service' &&
    (value as DescService).typeName.startsWith('bpfleet.control.v1.'),
);

async function callRest(
  { method, path }: RestOperation,
  id: string,
  token: string,
  requestId: string,
  given: object | undefined,
): Promise<Outcome> {
  const url = `${controller.running.restUrl}/api/v1${path.replace(/\{\w+\}/, id)}`;
  const { status, body } = await fetch(url, {
    method,
    headers: {
      'content-type': 'application/json',
      'x-request-id': requestId,
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(given === undefined ? {} : { body: JSON.stringify(given) }),
  });
  // A stream goes on for as long as its session: that it was let in is all that is asked.
  await body?.cancel();
  const outcomes: Record<number, Outcome> = { 401: 'unauthenticated', 403: 'forbidden', 404: 'hidden' };
  expect(status).toBeLessThan(500);
  return outcomes[status] ?? (status < 300 ? 'done' : (`status ${status}` as Outcome));
}

async function callGrpc(
  service: DescService,
  method: string,
  id: string,
  token: string,
  requestId: string,
  message: object,
): Promise<Outcome> {
  const metadata = { 'x-request-id': requestId, ...(token === '' ? {} : { authorization: `Bearer ${token}` }) };
  try {
    const request = { id, sessionId: id, node: id, digest: id, ...message };
    await callAny(service, controller.running.grpcAddress, method, request, metadata);
    return 'done';
  } catch (error) {
    const { code } = toRpcError(error);
    const codes: Record<string, Outcome> = {
      UNAUTHENTICATED: 'unauthenticated',
      PERMISSION_DENIED: 'forbidden',
      NOT_FOUND: 'hidden',
    };
    return codes[code] ?? (`code ${code}` as Outcome);
  }
}

it('every operation of REST and of gRPC is in the table above, and has a rule', async () => {
  const rest = (await restOperations()).map(({ operation }) => operation);
  const rpc = services.flatMap(({ methods }) => methods.map(({ localName }) => localName));
  expect([...new Set([...rest, ...rpc])].sort()).toEqual(Object.keys(expected).sort());
  expect(Object.keys(operationRules).sort()).toEqual(Object.keys(expected).sort());
  // What only one of them has: metrics are REST's, gRPC shows nodes with their session, and health is a service of its own.
  expect(rest.filter((operation) => !rpc.includes(operation)).sort()).toEqual(
    ['getHealth', 'getMetrics', 'getReadiness', 'listSessionNodes'].sort(),
  );
  expect(rpc.filter((operation) => !rest.includes(operation))).toEqual([]);
});

describe.each(holders)('a token of the role $role that sees $scope', ({ role, scope }) => {
  const token = () => tokens.get(keyOf(role, scope)) ?? '';

  it.each(Object.entries(expected))('%s', async (operation, rule) => {
    const wanted = outcome(rule, role, scope);
    const found: unknown[] = [];
    const audited: unknown[] = [];
    for (const each of (await restOperations()).filter((one) => one.operation === operation)) {
      const requestId = randomUUID();
      found.push(
        await callRest(withQuery(each, rule), rule.about ?? (await made(rule.to)), token(), requestId, rule.body?.()),
      );
      audited.push(await auditedOf(requestId));
    }
    for (const service of services.filter(({ methods }) => methods.some(({ localName }) => localName === operation))) {
      const requestId = randomUUID();
      found.push(await callGrpc(service, operation, await made(rule.to), token(), requestId, rule.message?.() ?? {}));
      audited.push(await auditedOf(requestId));
    }
    expect(found).toEqual(found.map(() => wanted));
    if (wanted === 'done') {
      expect(audited).toEqual(found.map(() => (rule.audited === true ? [`${operation} done`] : [])));
    }
  });
});

it('without a token, nothing but what anyone may', async () => {
  const id = randomUUID();
  for (const each of await restOperations()) {
    const rule = expected[each.operation];
    const wanted = rule?.who === 'anyone' ? 'done' : 'unauthenticated';
    expect([each.operation, await callRest(withQuery(each, rule), id, '', id, rule?.body?.())]).toEqual([
      each.operation,
      wanted,
    ]);
  }
  for (const service of services) {
    for (const { localName } of service.methods) {
      expect([localName, await callGrpc(service, localName, id, '', id, {})]).toEqual([localName, 'unauthenticated']);
    }
  }
});

it('a refusal is audited, once for many of the same', async () => {
  const { body } = await controller.call<{ id: string; token: string }>('POST', '/tokens', { kind: 'api' });
  const headers = { authorization: `Bearer ${body.token}` };
  for (let times = 0; times < 3; times++) {
    expect((await controller.call('GET', '/audit', undefined, headers)).status).toBe(403);
  }
  const entries = (await controller.audited()).filter(({ actor }) => actor === `token:${body.id}`);
  expect(entries).toMatchObject([
    { action: 'listAudit', outcome: 'refused', detail: { reason: 'A token with the role viewer may not do this.' } },
  ]);
});
