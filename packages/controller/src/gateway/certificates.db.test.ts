import 'reflect-metadata';
import { createPublicKey, webcrypto, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RpcError } from '@bpfleet/contracts';
import * as x509 from '@peculiar/x509';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  count,
  countSchema,
  fleetClient,
  frame,
  newKey,
  ScriptedAgent,
  type TestIdentity,
} from '../testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from '../testing/test-controller.ts';

const hour = 3_600_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

let server: TestServer;
let controller: TestController;
let address: string;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  controller = await TestController.start(server);
  address = controller.running.agentAddress;
});
afterEach(() => controller.stop());

const refusals = async (who: string): Promise<string[]> =>
  (await controller.audited())
    .filter(({ actor, outcome }) => actor === who && outcome === 'refused')
    .map(({ action, detail }) => `${action}: ${detail.reason}`);

/** A request for the key of a node. */
async function requestFor({ keyPem }: TestIdentity): Promise<string> {
  const der = x509.PemConverter.decodeFirst(keyPem);
  const spki = createPublicKey(keyPem).export({ type: 'spki', format: 'der' });
  const keys = {
    privateKey: await webcrypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  };
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({ name: 'CN=n', keys, signingAlgorithm: algorithm });
  return csr.toString('pem');
}

async function renew(identity: TestIdentity, csrPem: string): Promise<string> {
  const client = fleetClient(address, identity.caPem, { key: identity.keyPem, cert: identity.certificatePem });
  try {
    return (await client.renewCertificate({ csrPem }, { deadlineMs: 10_000 })).certificatePem;
  } finally {
    client.close();
  }
}

/** The same node with a certificate that this controller's authority would have signed at another time. */
async function dated(identity: TestIdentity, fromMs: number, toMs: number): Promise<TestIdentity> {
  const folder = join(controller.config.dataDir, 'ca');
  const issuer = new x509.X509Certificate(await readFile(join(folder, 'ca.crt'), 'utf8'));
  const key = x509.PemConverter.decodeFirst(await readFile(join(folder, 'ca.key'), 'utf8'));
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${identity.nodeId}`,
    issuer: issuer.subject,
    notBefore: new Date(Date.now() + fromMs),
    notAfter: new Date(Date.now() + toMs),
    publicKey: new x509.X509Certificate(identity.certificatePem).publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', key, algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
    extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
  });
  return { ...identity, certificatePem: certificate.toString('pem') };
}

/** How a connection with a certificate is ended. */
async function connected(identity: TestIdentity): Promise<RpcError | 'connected'> {
  const agent = new ScriptedAgent(address, identity);
  agent.hello();
  try {
    await agent.next('welcome');
    return 'connected';
  } catch (error) {
    return error as RpcError;
  } finally {
    agent.close();
  }
}

describe('the certificate of a node', () => {
  it('is for a day', async () => {
    const { validFromDate, validToDate } = new X509Certificate((await controller.enrol('n')).certificatePem);
    expect(Math.round((validToDate.getTime() - validFromDate.getTime()) / hour)).toBe(24);
  });

  it('is renewed for the key that it was for, and for no other', async () => {
    const identity = await controller.enrol('n');
    const certificatePem = await renew(identity, await requestFor(identity));
    expect(certificatePem).not.toBe(identity.certificatePem);
    expect(await connected({ ...identity, certificatePem })).toBe('connected');
    await expect(renew(identity, (await newKey()).csrPem)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await refusals(`node:${identity.nodeId}`)).toEqual(['renewCertificate: the request is for another key']);
  });

  it.each([
    ['ended an hour ago', -25 * hour, -hour, true],
    ['ended a month and two days ago', -800 * hour, -32 * 24 * hour, false],
    ['begins in an hour', hour, 25 * hour, false],
  ])('that %s cannot connect, and may be renewed for a month', async (_, from, to, renewable) => {
    const identity = await dated(await controller.enrol('n'), from, to);
    expect(await connected(identity)).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(
        /^the certificate is valid from \S+ to \S+, and by the clock of this controller it is \S+$/,
      ),
      details: renewable ? { reason: 'CERTIFICATE_EXPIRED' } : {},
    });
    const renewed = renew(identity, await requestFor(identity));
    if (renewable) {
      expect(await connected({ ...identity, certificatePem: await renewed })).toBe('connected');
    } else {
      await expect(renewed).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  it('that ends ends the connection', async () => {
    const agent = await ScriptedAgent.connected(address, await dated(await controller.enrol('n'), -hour, 2_000));
    expect(await agent.ended()).toMatchObject({ code: 'ABORTED', message: expect.stringContaining('certificate') });
    agent.close();
  });
});

describe('a node that is revoked', () => {
  it('is cut off at once, and neither connects nor renews any more', async () => {
    const agent = await controller.agent('n');
    const { identity } = agent;
    const ended = agent.ended();
    expect((await controller.call('POST', '/nodes/n/revoke')).status).toBe(204);
    expect(await ended).toMatchObject({ code: 'UNAUTHENTICATED', message: 'the node was revoked' });
    agent.close();
    expect(await connected(identity)).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('revoked'),
    });
    await expect(renew(identity, await requestFor(identity))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const reason = 'the node of this certificate is unknown here or was revoked';
    expect(await refusals(`node:${identity.nodeId}`)).toEqual([`connect: ${reason}`, `renewCertificate: ${reason}`]);
    expect((await controller.call('GET', '/nodes/n')).status).toBe(404);
    expect((await controller.call('POST', '/nodes/n/revoke')).status).toBe(404);
  });

  it('is cut off from other controllers as well', async () => {
    const agent = await controller.agent('n');
    await controller.source.query('update node set revoked_at = now() where id = $1', [agent.identity.nodeId]);
    expect(await agent.ended()).toMatchObject({ code: 'UNAUTHENTICATED', message: 'the node was revoked' });
    agent.close();
  });

  it('gives its name back, and keeps what it has delivered', async () => {
    const first = await controller.agent('n');
    const id = await controller.session([first]);
    first.running(id, [countSchema]);
    first.frames(frame(id, 1n, [count('k', 7n)]));
    await first.next('ack');
    await controller.call('POST', `/nodes/${first.identity.nodeId}/revoke`);
    first.close();
    const second = await controller.enrol('n');
    expect(second.name).toBe('n');
    expect(second.nodeId).not.toBe(first.identity.nodeId);
    expect((await controller.call('GET', `/sessions/${id}/results`)).body).toMatchObject({
      maps: [{ entries: [{ key: ['k'], value: 7 }] }],
    });
  });
});

describe('a node that lies', () => {
  it('about who it is, is refused and audited', async () => {
    const [a, b] = [await controller.enrol('a'), await controller.enrol('b')];
    const agent = new ScriptedAgent(address, a);
    agent.hello(b.nodeId);
    const reason = 'the node in hello is not the one in the certificate';
    expect(await agent.ended()).toMatchObject({ code: 'UNAUTHENTICATED', message: reason });
    expect(await refusals(`node:${a.nodeId}`)).toEqual([`connect: ${reason}`]);
    agent.close();
  });

  it('about a session of others, is refused and audited, once for many', async () => {
    const [a, b] = [await controller.agent('a'), await controller.agent('b')];
    const made = controller.session([b], { nodes: 'name=b' });
    const id = await made;
    a.frames(frame(id, 1n, [count('k', 1n)]), frame(id, 2n, [count('k', 1n)]));
    expect(await a.next('refusal')).toMatchObject({ sessionId: id, seq: 1n });
    await a.next('refusal');
    a.manifest({ sessionId: id, bootEpoch: 1n, firstSeq: 1n, lastSeq: 2n, produced: 2n, outcome: 1 });
    await a.next('manifestAck');
    const reason = 'the session is not one of this node';
    expect(await refusals(`node:${a.identity.nodeId}`)).toEqual([`deliver: ${reason}`]);
    a.close();
    b.close();
  });
});

it('a join token that is used again is refused and audited', async () => {
  const token = await controller.joinToken();
  const client = fleetClient(address, await controller.caPem());
  const enrol = async (name: string) => client.enroll({ token, csrPem: (await newKey()).csrPem, node: { name } });
  await enrol('a');
  await expect(enrol('b')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await refusals(`token:${token.split('_')[1]}`)).toEqual(['enrol: a join token was used a second time']);
  client.close();
});
