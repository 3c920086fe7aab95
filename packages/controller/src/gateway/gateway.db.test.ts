import { randomUUID, X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { crc32c, create, FramePayloadSchema, RpcError, toBinary } from '@bpfleet/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CertificateAuthority, parseNodeRequest, serverName } from '../fleet/certificate-authority.ts';
import {
  count,
  countSchema,
  enrol,
  fleetClient,
  frame,
  newKey,
  nodeInfo,
  ScriptedAgent,
  type TestIdentity,
} from '../testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from '../testing/test-controller.ts';

let server: TestServer;
let controller: TestController;
let address: string;
let ca: string;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  controller = await TestController.start(server);
  address = controller.running.agentAddress;
  ca = await controller.caPem();
});
afterEach(() => controller.stop());

const code = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => new RpcError('OK', 'no error'),
    (thrown: unknown) => thrown as RpcError,
  );
  return [error.code, error.message];
};

describe('TLS', () => {
  const handshake = (maxVersion: 'TLSv1.2' | 'TLSv1.3') =>
    new Promise<string[]>((done, fail) => {
      const [host, port] = address.split(':');
      const socket = connect({
        host,
        port: Number(port),
        servername: serverName,
        rejectUnauthorized: false,
        maxVersion,
      });
      socket.once('error', fail);
      socket.once('secureConnect', () => {
        const leaf = socket.getPeerCertificate(true);
        done([
          socket.getProtocol() ?? '',
          leaf.subjectaltname ?? '',
          new X509Certificate(leaf.issuerCertificate.raw).toString(),
        ]);
        socket.destroy();
      });
    });

  it('sends the CA in the chain, so that the pin of the join token can be compared', async () => {
    const [protocol, names, issuer] = await handshake('TLSv1.3');
    expect([protocol, names]).toEqual(['TLSv1.3', `DNS:${serverName}`]);
    expect(issuer?.trim()).toBe(new X509Certificate(ca).toString().trim());
    const [, , , pin] = (await controller.joinToken()).split('_');
    expect(new X509Certificate(issuer ?? '').fingerprint256.replaceAll(':', '').toLowerCase()).toBe(pin);
  });

  it('is not older than 1.3', async () => {
    await expect(handshake('TLSv1.2')).rejects.toThrow();
  });
});

describe('Enroll', () => {
  it('gives the name, or one beside it where it is taken', async () => {
    expect((await controller.enrol('web')).name).toBe('web');
    expect((await controller.enrol('web')).name).toBe('web-2');
    const { body } = await controller.call<{ items: { name: string; state: string }[] }>('GET', '/nodes');
    expect(body.items.map(({ name, state }) => [name, state])).toEqual([
      ['web', 'offline'],
      ['web-2', 'offline'],
    ]);
  });

  it('takes a token once; but the same key may ask again, as its answer may have been lost', async () => {
    const token = await controller.joinToken();
    const client = fleetClient(address, ca);
    const { csrPem } = await newKey();
    const first = await client.enroll({ token, csrPem, node: nodeInfo('a') });
    const again = await client.enroll({ token, csrPem, node: nodeInfo('a') });
    expect([again.nodeId, again.name]).toEqual([first.nodeId, 'a']);
    const other = await newKey();
    const refused = await code(client.enroll({ token, csrPem: other.csrPem, node: nodeInfo('b') }));
    expect(refused).toEqual(['UNAUTHENTICATED', expect.stringContaining('was used before')]);
    client.close();
  });

  it('refuses tokens that are expired, revoked, unknown or of another kind, and what is no request', async () => {
    const expired = await controller.joinToken('1s');
    await controller.source.query(`update token set expires_at = now() - interval '1 second' where kind = 'join'`);
    const revoked = await controller.joinToken();
    await controller.call('DELETE', `/tokens/${revoked.split('_')[1]}`);
    const valid = await controller.joinToken();
    const forged = valid.replace(/_([0-9a-f]{64})_/, `_${'0'.repeat(64)}_`);
    const attempts = [
      [expired, 'expired'],
      [revoked, 'revoked'],
      [forged, 'unknown'],
      [controller.running.bootstrapAdminToken, 'not a join token'],
      ['nonsense', 'not a join token'],
    ];
    for (const [token = '', reason] of attempts) {
      expect(await code(enrol(address, ca, token, 'a'))).toEqual([
        'UNAUTHENTICATED',
        expect.stringContaining(reason ?? ''),
      ]);
    }
    const client = fleetClient(address, ca);
    expect(await code(client.enroll({ token: valid, csrPem: 'nonsense', node: nodeInfo('a') }))).toMatchObject([
      'INVALID_ARGUMENT',
      expect.anything(),
    ]);
    expect(
      await code(client.enroll({ token: valid, csrPem: (await newKey()).csrPem, node: nodeInfo('a b') })),
    ).toMatchObject(['INVALID_ARGUMENT', expect.anything()]);
    client.close();
    expect((await enrol(address, ca, valid, 'a')).name).toBe('a');
  });
});

describe('Connect', () => {
  const refusal = async (identity: TestIdentity) => {
    const agent = new ScriptedAgent(address, identity);
    agent.hello();
    const error = await agent.ended();
    agent.close();
    return error.code;
  };

  it('is for certificates of our CA, of nodes that are known and not revoked', async () => {
    const identity = await controller.enrol('a');
    const stranger = await CertificateAuthority.create();
    const { keyPem, csrPem } = await newKey();
    const forged = await stranger.issueNode(await parseNodeRequest(csrPem), identity.nodeId);
    expect(await refusal({ ...identity, keyPem, certificatePem: forged })).toBe('UNAUTHENTICATED');
    const ours = await CertificateAuthority.open(controller.config.dataDir);
    const unknown = await ours.issueNode(await parseNodeRequest(csrPem), randomUUID());
    expect(await refusal({ ...identity, keyPem, certificatePem: unknown })).toBe('UNAUTHENTICATED');

    const bare = fleetClient(address, ca).connect();
    bare.write({ item: { case: 'hello', value: { nodeId: identity.nodeId, node: nodeInfo('a') } } });
    const error = await new Promise<Error>((done) => bare.once('error', done));
    expect(error.message).toContain('certificate');

    await controller.source.query('update node set revoked_at = now() where id = $1', [identity.nodeId]);
    expect(await refusal(identity)).toBe('UNAUTHENTICATED');
  });

  it('asks for a hello of the node in the certificate, first and once', async () => {
    const [a, b] = [await controller.enrol('a'), await controller.enrol('b')];
    const liar = new ScriptedAgent(address, a);
    liar.hello(b.nodeId);
    expect((await liar.ended()).code).toBe('UNAUTHENTICATED');
    const rude = new ScriptedAgent(address, a);
    rude.send({ case: 'observed', value: {} });
    expect((await rude.ended()).code).toBe('FAILED_PRECONDITION');
    const twice = await ScriptedAgent.connected(address, a);
    twice.hello();
    expect((await twice.ended()).code).toBe('FAILED_PRECONDITION');
    for (const agent of [liar, rude, twice]) agent.close();
  });

  it('lets a newer connection of a node take over, with a higher epoch', async () => {
    const identity = await controller.enrol('a');
    const older = await ScriptedAgent.connected(address, identity);
    const newer = new ScriptedAgent(address, identity);
    newer.hello();
    expect(await newer.next('welcome')).toMatchObject({ connectionEpoch: 2n });
    expect((await older.ended()).code).toBe('ABORTED');
    newer.send({ case: 'ping', value: {} });
    await newer.next('pong');
    expect((await controller.call('GET', '/nodes/a')).body.state).toBe('online');
    newer.close();
    older.close();
  });

  it('answers a ping at once', async () => {
    const agent = await controller.agent('a');
    agent.send({ case: 'ping', value: { sentAt: { seconds: 7n, nanos: 8 } } });
    expect(await agent.next('pong')).toMatchObject({
      pingSentAt: { seconds: 7n, nanos: 8 },
      receivedAt: {},
      sentAt: {},
    });
    agent.close();
  });
});

describe('frames', () => {
  const payload = (init: Parameters<typeof create<typeof FramePayloadSchema>>[1]) =>
    toBinary(FramePayloadSchema, create(FramePayloadSchema, init));
  const withPayload = (bytes: Uint8Array, records = 1) => ({ payload: bytes, crc32c: crc32c(bytes), records });

  it('that are malformed are refused, each for itself; the connection and the good ones live on', async () => {
    const [a, b] = [await controller.agent('a'), await controller.agent('b')];
    const ofA = await controller.session([a], { nodes: 'name=a' });
    a.running(ofA, [countSchema]);
    const good = (seq: bigint) => frame(ofA, seq, [count('k', 1n)]);
    const bad = [
      { ...good(2n), crc32c: 1 },
      { ...good(3n), ...withPayload(Uint8Array.of(0xff, 0xff, 0xff)) },
      { ...good(4n), records: 7 },
      { ...good(5n), ...withPayload(new Uint8Array(1024 * 1024 + 1)) },
      { ...good(6n), ...withPayload(payload({ maps: [{ map: 9, entries: [{ slot: [0], cell: [1n] }] }] })) },
      { ...good(7n), ...withPayload(payload({ maps: [{ map: 0, entries: [{ slot: [0, 1], cell: [1n] }] }] })) },
      { ...good(8n), ...withPayload(payload({ maps: [{ map: 0, entries: [{ slot: [5], cell: [1n] }] }] })) },
      frame(ofA, 9n, [count('k', 1n)], [], 0),
      { ...good(10n), windowStart: { seconds: 2n ** 60n, nanos: 0 } },
    ];
    a.frames(good(1n), ...bad, good(11n));
    for (const { seq } of bad) {
      expect(await a.next('refusal')).toMatchObject({ sessionId: ofA, seq, reason: expect.any(String) });
    }
    expect(await a.next('ack')).toMatchObject({ seq: 11n });
    a.frames(good(0n), good(2n ** 64n - 1n));
    expect([(await a.next('refusal')).seq, (await a.next('refusal')).seq]).toEqual([0n, 2n ** 64n - 1n]);

    b.frames(frame(ofA, 1n, [count('stolen', 1n)]), frame('no-uuid', 1n, []), frame(randomUUID(), 1n, []));
    for (let i = 0; i < 3; i++) {
      expect((await b.next('refusal')).reason).toContain('not one of this node');
    }
    b.manifest({ sessionId: ofA, bootEpoch: 1n });
    await b.next('manifestAck');

    const { maps, answer } = (
      await controller.call<{ maps: object[]; answer: object }>('GET', `/sessions/${ofA}/results`)
    ).body;
    expect(maps).toMatchObject([{ entries: [{ key: ['k'], value: 2 }] }]);
    expect(answer).toMatchObject({ nodes: [{ name: 'a', stored: 2, state: 'running' }] });
    const health = await fetch(`${controller.running.restUrl}/healthz`);
    expect(await health.json()).toMatchObject({
      agents: { connected: 2 },
      frames: { stored: 2, refused: bad.length + 5 },
    });
    for (const agent of [a, b]) agent.close();
  });

  it('in a message that is too large end that stream, and nothing else', async () => {
    const [a, b] = [await controller.agent('a'), await controller.agent('b')];
    a.frames({ payload: new Uint8Array(5 * 1024 * 1024) });
    expect((await a.ended()).code).toBe('RESOURCE_EXHAUSTED');
    b.send({ case: 'ping', value: {} });
    await b.next('pong');
    const back = await ScriptedAgent.connected(address, a.identity);
    for (const agent of [a, b, back]) agent.close();
  });

  it('that come before the maps are known are stored, and counted once they are', async () => {
    const agent = await controller.agent('a');
    const id = await controller.session([agent]);
    agent.frames(frame(id, 1n, [count('k', 3n)]));
    expect(await agent.next('ack')).toMatchObject({ seq: 1n });
    agent.running(id, [countSchema]);
    agent.frames(frame(id, 2n, [count('k', 4n)]));
    await agent.next('ack');
    const { body } = await controller.call<{ maps: object[] }>('GET', `/sessions/${id}/results`);
    expect(body.maps).toMatchObject([{ entries: [{ key: ['k'], value: 7 }] }]);
    agent.close();
  });
});
