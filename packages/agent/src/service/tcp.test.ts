import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentService, grpcClient } from '@bpfleet/contracts';
import { createLogger } from '@bpfleet/runtime';
import { freePorts } from '@bpfleet/testkit';
import * as grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Authority, newAuthority, newIdentity } from '../fake-fleet.test-kit.ts';
import { FakeTracing, fakeFacts } from '../fake-tracing.test-kit.ts';
import { type RunningAgent, startAgent } from '../start-agent.ts';

const log = createLogger({ name: 'agent', level: 'silent' });
let dir: string;
let authority: Authority;
let agent: RunningAgent;
let port: number;
let listen: { address: string; certificate: string; key: string; ca: string; names: string[] };

const start = (more: object = {}) =>
  startAgent(
    { stateDir: dir, controller: null, labels: {}, spoolBytes: 1 << 20, logLevel: 'silent', listen, ...more },
    { tracing: async () => new FakeTracing(), facts: fakeFacts, log },
  );

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bpfleet-tcp-'));
  authority = await newAuthority();
  [port = 0] = await freePorts(1);
  const { key, certificate } = await newIdentity(authority, 'n1', ['n1.test']);
  const files = { 'tls.key': key, 'tls.pem': certificate, 'ca.pem': authority.certificate.toString('pem') };
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
  const [tlsKey, tlsPem, ca] = Object.keys(files).map((name) => join(dir, name)) as [string, string, string];
  listen = { address: `127.0.0.1:${port}`, certificate: tlsPem, key: tlsKey, ca, names: ['ci', 'build.test'] };
  agent = await start();
});
afterAll(async () => {
  await agent.close();
  await rm(dir, { recursive: true });
});

/** Calls with a certificate of that authority. */
async function call<T>(
  identity: { key: string; certificate: string } | null,
  ask: (client: ReturnType<typeof clientOf>) => Promise<T>,
): Promise<T> {
  const ca = Buffer.from(authority.certificate.toString('pem'));
  const client = clientOf(
    identity
      ? grpc.credentials.createSsl(ca, Buffer.from(identity.key), Buffer.from(identity.certificate))
      : grpc.credentials.createSsl(ca),
  );
  try {
    return await ask(client);
  } finally {
    client.close();
  }
}

function clientOf(credentials: grpc.ChannelCredentials) {
  return grpcClient(AgentService, `127.0.0.1:${port}`, credentials, { 'grpc.ssl_target_name_override': 'n1.test' });
}

const getInfo = (client: ReturnType<typeof clientOf>) => client.getInfo({}, { deadlineMs: 15_000 });
const program = { source: { case: 'script' as const, value: 'BEGIN {}' } };

test.each([
  ['its common name', 'ci', []],
  ['a DNS name', 'whoever', ['other.test', 'build.test']],
])('a caller is known by %s', async (_, subject, names) => {
  const identity = await newIdentity(authority, subject, names);
  const { node } = await call(identity, getInfo);
  expect(node?.bootEpoch).toBe(1n);
});

test('a collection is of the name that loaded it', async () => {
  const [ci, build] = [await newIdentity(authority, 'ci'), await newIdentity(authority, 'build.test')];
  const { collectionId } = await call(ci, (client) => client.load({ program }));
  const { collections } = await call(build, (client) => client.list({}));
  expect(collections).toMatchObject([{ id: collectionId, owner: 'name ci' }]);
  await expect(call(build, (client) => client.unload({ collectionId }))).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
    message: `collection ${collectionId} belongs to name ci`,
  });
  await call(ci, (client) => client.unload({ collectionId }));
});

test('a name that is not on the list may do nothing, not even ask for health', async () => {
  const stranger = await newIdentity(authority, 'stranger', ['x.test']);
  await expect(call(stranger, getInfo)).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
    message: '"stranger", "x.test" is not among the names that may call this agent',
  });
  const ca = Buffer.from(authority.certificate.toString('pem'));
  const raw = new grpc.Client(
    `127.0.0.1:${port}`,
    grpc.credentials.createSsl(ca, Buffer.from(stranger.key), Buffer.from(stranger.certificate)),
    { 'grpc.ssl_target_name_override': 'n1.test' },
  );
  const bytes = (value: Buffer) => value;
  const health = new Promise((resolve, reject) =>
    raw.makeUnaryRequest('/grpc.health.v1.Health/Check', bytes, bytes, Buffer.alloc(0), (error, value) =>
      error ? reject(error) : resolve(value),
    ),
  );
  await expect(health).rejects.toMatchObject({ code: grpc.status.PERMISSION_DENIED });
  raw.close();
});

test('a certificate of another authority, or none, does not get through', async () => {
  const foreign = await newIdentity(await newAuthority(), 'ci');
  await expect(call(foreign, getInfo)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(call(null, getInfo)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('what cannot be served is told, and nothing is left behind', async () => {
  const other = (change: object) => start({ stateDir: join(dir, 'other'), listen: { ...listen, ...change } });
  await expect(other({})).rejects.toMatchObject({ code: 'socket_in_use' });
  await expect(other({ key: join(dir, 'nowhere') })).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringMatching(/listen: .*nowhere cannot be read/),
  });
  await expect(other({ address: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_config' });
  const [free = 0] = await freePorts(1);
  const second = await other({ address: `127.0.0.1:${free}` });
  await second.close();
});
