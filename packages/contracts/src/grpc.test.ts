import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { channelOptions } from './channel-options.ts';
import { ContractError } from './contract-error.ts';
import { AgentService } from './gen/bpfleet/agent/v1/agent_pb.ts';
import { FleetService } from './gen/bpfleet/fleet/v1/fleet_pb.ts';
import { type GrpcClient, grpcClient } from './grpc-client.ts';
import { serverStreamHandler, unaryHandler } from './grpc-handler.ts';
import { grpcService } from './grpc-service.ts';
import { RpcError, toRpcError } from './rpc-error.ts';

let server: grpc.Server;
let agent: GrpcClient<typeof AgentService>;
let fleet: GrpcClient<typeof FleetService>;
let streamLeft = false;
const notServed = () => {
  throw new Error('not served in this test');
};

beforeAll(async () => {
  server = new grpc.Server(channelOptions());
  const served: grpc.UntypedServiceImplementation = {
    getInfo: unaryHandler(AgentService.method.getInfo, (_, call) => ({
      node: { name: String(call.metadata.get('who')[0]), memoryBytes: 1n << 60n },
    })),
    check: unaryHandler(AgentService.method.check, () => {
      throw new ContractError('program.script', 'is empty');
    }),
    list: unaryHandler(AgentService.method.list, () => {
      throw new RpcError('NOT_FOUND', 'no such thing', { reason: 'NOTHING' });
    }),
    unload: unaryHandler(AgentService.method.unload, () => {
      throw new TypeError('secret of the server');
    }),
    detach: () => undefined,
    runTrace: serverStreamHandler(AgentService.method.runTrace, async function* (request) {
      try {
        for (let produced = 0n; ; produced += 1n) {
          yield { item: { case: 'end' as const, value: { reason: 'x'.repeat(1000), produced } } };
          if (produced === request.limits?.mapBytes) {
            throw new RpcError('ABORTED', 'enough');
          }
        }
      } finally {
        streamLeft = true;
      }
    }),
  };
  const methods = Object.keys(grpcService(AgentService)).map((name) => [name, served[name] ?? notServed]);
  server.addService(grpcService(AgentService), Object.fromEntries(methods));
  server.addService(grpcService(FleetService), {
    enroll: notServed,
    connect: (call: grpc.ServerDuplexStream<{ item: { case: string } }, object>) => {
      call.on('data', (message) => {
        if (message.item.case === 'ping') {
          call.write({ item: { case: 'pong', value: {} } });
        }
      });
      call.on('end', () => call.end());
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const credentials = grpc.credentials.createInsecure();
  agent = grpcClient(AgentService, `127.0.0.1:${port}`, credentials);
  fleet = grpcClient(FleetService, `127.0.0.1:${port}`, credentials);
});

afterAll(() => {
  agent.close();
  fleet.close();
  server.forceShutdown();
});

describe('unary calls', () => {
  test('carry messages and metadata', async () => {
    const { node } = await agent.getInfo({}, { metadata: { who: 'me' } });
    expect(node).toMatchObject({ name: 'me', memoryBytes: 1n << 60n });
  });

  test('a broken contract is INVALID_ARGUMENT and names the field', async () => {
    await expect(agent.check({})).rejects.toMatchObject({
      name: 'RpcError',
      code: 'INVALID_ARGUMENT',
      message: 'program.script: is empty',
      details: { reason: 'INVALID_MESSAGE', violations: [{ field: 'program.script' }] },
    });
  });

  test('an RpcError arrives with its reason', async () => {
    await expect(agent.list({})).rejects.toMatchObject({ code: 'NOT_FOUND', details: { reason: 'NOTHING' } });
  });

  test('of any other error the caller learns nothing', async () => {
    await expect(agent.unload({})).rejects.toMatchObject({ code: 'INTERNAL', message: 'internal error' });
  });

  test('end at their deadline', async () => {
    await expect(agent.detach({}, { deadlineMs: 30 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test('end when aborted', async () => {
    await expect(agent.detach({}, { signal: AbortSignal.timeout(10) })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('server streams', () => {
  test('come in order until the error that ends them', async () => {
    const seen: bigint[] = [];
    const read = async () => {
      for await (const { item } of agent.runTrace({ limits: { mapBytes: 300n } })) {
        seen.push(item.case === 'end' ? item.value.produced : -1n);
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'ABORTED', message: 'enough' });
    expect(seen).toEqual(Array.from({ length: 301 }, (_, index) => BigInt(index)));
  });

  test('are cancelled on the server when the loop is left', async () => {
    streamLeft = false;
    for await (const _ of agent.runTrace({ limits: { mapBytes: 1n << 40n } })) {
      break;
    }
    await expect.poll(() => streamLeft).toBe(true);
  });
});

describe('bidirectional streams', () => {
  test('carry messages both ways', async () => {
    const stream = fleet.connect();
    stream.write({ item: { case: 'ping', value: {} } });
    const [answer] = await new Promise<unknown[]>((resolve) => stream.once('data', (message) => resolve([message])));
    expect(answer).toMatchObject({ item: { case: 'pong' } });
    stream.end();
    await new Promise((resolve) => stream.once('end', resolve));
  });

  test('their error converts', async () => {
    const stream = fleet.connect();
    const failed = new Promise<Error>((resolve) => stream.once('error', resolve));
    stream.cancel();
    expect(toRpcError(await failed)).toMatchObject({ code: 'CANCELLED' });
  });
});

test('no connection is one sentence', async () => {
  const nobody = grpcClient(AgentService, 'unix:/nonexistent/socket', grpc.credentials.createInsecure());
  await expect(nobody.waitForReady(50)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'no connection to unix:/nonexistent/socket',
  });
  nobody.close();
});
