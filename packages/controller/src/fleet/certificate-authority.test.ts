import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority, parseNodeRequest, serverName, validityOf } from './certificate-authority.ts';

const nodeId = '0b8c1f6e-7f5e-4a57-9f3c-0f5a3f1d2c4b';

async function request(curve: 'P-256' | 'P-384' = 'P-256'): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: curve, hash: 'SHA-256' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=any',
    keys,
    signingAlgorithm: algorithm,
  });
  return made.toString('pem');
}

describe('CertificateAuthority', () => {
  let folder: string;
  let authority: CertificateAuthority;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bpfleet-ca-'));
    authority = await CertificateAuthority.open(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is the same after a restart, and its key is private', async () => {
    expect((await CertificateAuthority.open(folder)).pin).toBe(authority.pin);
    expect((await stat(join(folder, 'ca', 'ca.key'))).mode & 0o777).toBe(0o600);
  });

  it('issues a server certificate that OpenSSL verifies, with the CA in the chain', async () => {
    const { chainPem } = await authority.issueServer();
    const [leaf, ca] = chainPem.split(/(?<=-----END CERTIFICATE-----)\n/).map((pem) => pem.trim());
    const issuer = new X509Certificate(ca ?? '');
    const certificate = new X509Certificate(leaf ?? '');
    expect(certificate.verify(issuer.publicKey)).toBe(true);
    expect(certificate.checkIssued(issuer)).toBe(true);
    expect(certificate.checkHost(serverName)).toBe(serverName);
    expect(issuer.ca).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(issuer.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(authority.pin);
  });

  it('knows the nodes it signed, and no others', async () => {
    const pem = await authority.issueNode(await parseNodeRequest(await request()), nodeId);
    const der = new X509Certificate(pem).raw;
    expect(authority.identify(der)).toMatchObject({ nodeId });

    const stranger = await CertificateAuthority.create();
    expect(stranger.identify(der)).toBeUndefined();
    expect(authority.identify(der.subarray(0, 40))).toBeUndefined();
    const [server] = (await authority.issueServer()).chainPem.split(/(?<=-----END CERTIFICATE-----)\n/);
    expect(authority.identify(new X509Certificate(server ?? '').raw)).toBeUndefined();
  });

  const hour = 3_600_000;
  it.each([
    ['when it is issued', 0, 'valid'],
    ['a minute before, by a clock that is behind', -hour / 60, 'valid'],
    ['an hour before', -hour, 'invalid'],
    ['after 23 hours', 23 * hour, 'valid'],
    ['after 25 hours', 25 * hour, 'renewable'],
    ['after a month and two days', 32 * 24 * hour, 'invalid'],
  ])('a certificate of a node, %s', async (_, laterMs, validity) => {
    const der = new X509Certificate(await authority.issueNode(await parseNodeRequest(await request()), nodeId)).raw;
    const identity = authority.identify(der);
    expect(identity && validityOf(identity, new Date(Date.now() + laterMs))).toBe(validity);
  });

  it.each([
    ['another curve', () => request('P-384'), /P-256/],
    ['no request', async () => 'hello', /cannot be read/],
    ['a long text', async () => 'x'.repeat(20_000), /too long/],
  ])('refuses a request with %s', async (_, make, message) => {
    const pem = await make();
    await expect(parseNodeRequest(pem)).rejects.toMatchObject({ code: 'invalid_request', message });
  });

  it('refuses a request whose signature does not fit', async () => {
    const der = Buffer.from(x509.PemConverter.decodeFirst(await request()));
    der[der.length - 3] = (der[der.length - 3] ?? 0) ^ 1;
    const pem = x509.PemConverter.encode(new Uint8Array(der), 'CERTIFICATE REQUEST');
    await expect(parseNodeRequest(pem)).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
