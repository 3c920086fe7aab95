import {
  type CallOptions,
  encodeEvent,
  type GrpcClient,
  grpcClient,
  HealthService,
  NodeService,
  ResultService,
  RpcError,
  SessionService,
  SessionState,
} from '@bpfleet/contracts';
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { count, countSchema, frame, type ScriptedAgent } from '../testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from '../testing/test-controller.ts';

const printed = (ordinal: bigint, text: string) =>
  encodeEvent({ at: BigInt(Date.now()) * 1_000_000n, type: 'printf', text, values: [] }, ordinal);
const script = 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }';
const program = { source: { case: 'script' as const, value: script } };

let server: TestServer;
let controller: TestController;
let agent: ScriptedAgent;
let sessions: GrpcClient<typeof SessionService>;
let options: CallOptions;
beforeAll(async () => {
  server = await startTestServer();
  controller = await TestController.start(server);
  agent = await controller.agent('a');
  sessions = client(SessionService);
  options = { metadata: { authorization: `Bearer ${controller.running.bootstrapAdminToken}` } };
});
afterAll(async () => {
  sessions.close();
  agent.close();
  await controller.stop();
  await server.stop();
});

function client<S extends Parameters<typeof grpcClient>[0]>(service: S): GrpcClient<S> {
  return grpcClient(service, controller.running.grpcAddress, grpc.credentials.createInsecure());
}

describe('control.v1', () => {
  it('makes a session, shows it and its results, as REST does', async () => {
    const request = { program, duration: { seconds: 5n }, requestId: 'r1' };
    const created = sessions.createSession(request, options);
    const { requestId } = await agent.next('check');
    agent.send({ case: 'check', value: { requestId, response: { loads: true } } });
    const id = (await created).session?.id ?? '';
    await agent.next('desired');
    expect((await sessions.createSession(request, options)).session?.id).toBe(id);
    await expect(sessions.createSession({ ...request, duration: { seconds: 6n } }, options)).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      details: { reason: 'IDEMPOTENCY_CONFLICT' },
    });
    agent.running(id, [countSchema]);
    agent.frames(frame(id, 1n, [count('k', 2n ** 60n)]));
    await agent.next('ack');
    agent.manifest({ sessionId: id, bootEpoch: 1n, firstSeq: 1n, lastSeq: 1n, produced: 1n, outcome: 1 });
    await agent.next('manifestAck');
    expect((await sessions.getSession({ id }, options)).session).toMatchObject({
      state: SessionState.COMPLETE,
      answer: { targets: 1, complete: 1, nodes: [{ name: 'a', produced: 1n, stored: 1n }] },
    });
    expect((await sessions.listSessions({}, options)).sessions).toMatchObject([{ id }]);
    const results = client(ResultService);
    expect(await results.getResults({ sessionId: id }, options)).toMatchObject({
      maps: [
        {
          name: '@opens',
          entries: [{ key: [{ kind: { value: 'k' } }], value: { kind: { value: 2n ** 60n } }, nodes: 1 }],
        },
      ],
    });
    results.close();
    const nodes = client(NodeService);
    expect((await nodes.listNodes({ selector: 'name=a' }, options)).nodes).toMatchObject([
      { name: 'a', state: 'online' },
    ]);
    nodes.close();
  });

  it('streams a session with its results until it ends, and what it printed', async () => {
    const created = sessions.createSession({ program, duration: { seconds: 5n } }, options);
    const { requestId } = await agent.next('check');
    agent.send({ case: 'check', value: { requestId, response: { loads: true } } });
    const sessionId = (await created).session?.id ?? '';
    const results = client(ResultService);
    const seen: string[] = [];
    const streamed = (async () => {
      for await (const { item } of results.streamResults({ sessionId }, options)) {
        if (item.case !== 'session') seen.push(`${item.case} ${item.value?.maps.length}`);
      }
    })();
    const atEnd: string[] = [];
    const awaited = (async () => {
      for await (const { item } of results.streamResults({ sessionId, endOnly: true }, options)) {
        if (item.case !== 'session') atEnd.push(`${item.case} ${item.value?.maps.length}`);
      }
    })();
    const followed = (async () => {
      const texts: (string | undefined)[] = [];
      for await (const { event } of results.getEvents({ sessionId, follow: true }, options)) texts.push(event?.text);
      return texts;
    })();
    agent.running(sessionId, [countSchema]);
    agent.frames(frame(sessionId, 1n, [count('k', 1n)], [printed(0n, 'first'), printed(1n, 'second')]));
    await agent.next('ack');
    agent.manifest({ sessionId, bootEpoch: 1n, firstSeq: 1n, lastSeq: 1n, produced: 3n, outcome: 1 });
    await Promise.all([streamed, awaited]);
    expect(atEnd).toEqual(['end 1']);
    expect(seen.at(0)).toBe('results 0');
    expect(seen.at(-1)).toBe('end 1');
    expect(await followed).toEqual(['first', 'second']);
    const ids: string[] = [];
    for await (const { id } of results.getEvents({ sessionId }, options)) ids.push(id);
    const later = [];
    for await (const { event } of results.getEvents({ sessionId, after: ids[0] ?? '' }, options))
      later.push(event?.text);
    expect(later).toEqual(['second']);
    results.close();
  });

  it('ends a stream whose token is revoked', async () => {
    const made = await controller.call<{ id: string; token: string }>('POST', '/tokens', { kind: 'api' });
    const created = sessions.createSession({ program, duration: { seconds: 60n } }, options);
    const { requestId } = await agent.next('check');
    agent.send({ case: 'check', value: { requestId, response: { loads: true } } });
    const sessionId = (await created).session?.id ?? '';
    const results = client(ResultService);
    const streamed = (async () => {
      const metadata = { authorization: `Bearer ${made.body.token}` };
      for await (const { item } of results.streamResults({ sessionId }, { metadata })) {
        if (item.case === 'session') await controller.call('DELETE', `/tokens/${made.body.id}`);
      }
    })();
    await expect(streamed).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    results.close();
    await sessions.cancelSession({ id: sessionId }, options);
  });

  it('answers with a status, its reason and what is wrong where', async () => {
    const wrong = { source: { case: 'script' as const, value: 'BEGIN { $x = ; }' } };
    await expect(sessions.createSession({ program: wrong }, options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { reason: 'INVALID_PROGRAM', violations: [{ field: expect.stringMatching(/^program:1:\d+$/) }] },
    });
    await expect(sessions.getSession({ id: 'x' }, options)).rejects.toBeInstanceOf(RpcError);
    await expect(sessions.getSession({ id: 'x' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('says that it is healthy', async () => {
    const health = client(HealthService);
    expect(await (health as never as { check: (request: object) => Promise<object> }).check({})).toMatchObject({
      status: 1,
    });
    health.close();
  });
});
