import * as grpc from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import { AgentService } from './gen/bpfleet/agent/v1/agent_pb.ts';
import { addHealth, type Health, HealthService } from './health.ts';
import { addReflection } from './reflection.ts';

let close: (() => void) | undefined;
afterEach(() => close?.());

/** Raw bytes on the wire: the fields are spelt out, so that the test does not share the code under test. */
async function serve(): Promise<{ client: grpc.Client; health: Health }> {
  const server = new grpc.Server();
  addReflection(server, [AgentService, HealthService]);
  const health = addHealth(server, [AgentService]);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  close = () => {
    client.close();
    health.close();
    server.forceShutdown();
  };
  return { client, health };
}

const bytes = (value: Buffer): Buffer => value;
const field = (number: number, content: Buffer | string): Buffer => {
  const body = Buffer.from(content as string);
  return Buffer.concat([Buffer.from([(number << 3) | 2, body.length]), body]);
};

async function ask(client: grpc.Client, version: string, request: Buffer): Promise<Buffer> {
  const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  const call = client.makeBidiStreamRequest(path, bytes, bytes);
  call.write(request);
  call.end();
  const parts: Buffer[] = [];
  for await (const part of call) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

test.each(['v1', 'v1alpha'])('%s lists the services', async (version) => {
  const { client } = await serve();
  const answer = (await ask(client, version, field(7, '*'))).toString('latin1');
  expect(answer).toContain('bpfleet.agent.v1.AgentService');
  expect(answer).toContain('grpc.health.v1.Health');
  expect(answer).toContain(`grpc.reflection.${version}.ServerReflection`);
});

test('a symbol gives its file and all that the file imports', async () => {
  const { client } = await serve();
  const answer = await ask(client, 'v1', field(4, 'bpfleet.agent.v1.AgentService.RunTrace'));
  const text = answer.toString('latin1');
  for (const name of [
    'bpfleet/agent/v1/agent.proto',
    'bpfleet/trace/v1/result.proto',
    'google/protobuf/timestamp.proto',
  ]) {
    expect(text).toContain(name);
  }
});

test('an unknown symbol is an error message in the stream, not the end of it', async () => {
  const { client } = await serve();
  const answer = (await ask(client, 'v1', field(4, 'no.Such'))).toString('latin1');
  expect(answer).toContain('no.Such is not known here');
});

test('health: the server, a service, an unknown one, and a change', async () => {
  const { client, health } = await serve();
  const check = (service: string) =>
    new Promise<number | undefined>((resolve, reject) =>
      client.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        bytes,
        bytes,
        service ? field(1, service) : Buffer.alloc(0),
        (error, reply) => (error ? reject(error) : resolve((reply as Buffer)[1])),
      ),
    );
  expect(await check('')).toBe(1);
  expect(await check('bpfleet.agent.v1.AgentService')).toBe(1);
  health.set('bpfleet.agent.v1.AgentService', false);
  expect(await check('bpfleet.agent.v1.AgentService')).toBe(2);
  await expect(check('other')).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
});
