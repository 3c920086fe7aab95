import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, Lab, until } from '@bpfleet/testkit';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, expect, it } from 'vitest';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const hour = 3_600_000;

let lab: Lab;
let agent: Child;
beforeAll(async () => {
  lab = await Lab.start();
  agent = await lab.startAgent('alpha');
  await lab.online(1);
});
afterAll(() => lab?.close());

const certificateFile = () => join(lab.dir, 'alpha', 'certificate.pem');

/** As if the node had been switched off since two days: its certificate is one that the authority signed then. */
async function age(): Promise<void> {
  const current = new x509.X509Certificate(readFileSync(certificateFile(), 'utf8'));
  const key = x509.PemConverter.decodeFirst(readFileSync(join(lab.dir, 'controller/ca/ca.key'), 'utf8'));
  const old = await x509.X509CertificateGenerator.create({
    subject: current.subject,
    issuer: current.issuer,
    notBefore: new Date(Date.now() - 48 * hour),
    notAfter: new Date(Date.now() - 24 * hour),
    publicKey: current.publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', key, algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
    extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
  });
  writeFileSync(certificateFile(), old.toString('pem'));
}

it('an agent whose certificate ended while it was off has it renewed, and comes back', async () => {
  await agent.stop();
  await age();
  agent = await lab.startAgent('alpha');
  await lab.online(1);
  const { validToDate } = new X509Certificate(readFileSync(certificateFile(), 'utf8'));
  expect(validToDate.getTime()).toBeGreaterThan(Date.now() + 23 * hour);
  const { items } = await lab.get<{ items: { action: string; outcome: string }[] }>('/audit?limit=1');
  expect(items).toMatchObject([{ action: 'renewCertificate', outcome: 'done' }]);
});

it('a node that is revoked is told so and stays out, also when its agent starts again', async () => {
  expect(await lab.cli('nodes', 'revoke', 'alpha')).toMatchObject({ code: 0, stdout: '' });
  await until('the agent to be refused', () => /refuses this node/.test(agent.tail()), 30_000);
  await agent.stop();
  agent = await lab.startAgent('alpha');
  const audited = async () => {
    const { items } = await lab.get<{ items: { action: string; outcome: string }[] }>('/audit?limit=20');
    return items.map(({ action, outcome }) => `${action} ${outcome}`);
  };
  await until('its certificate to be refused', async () => (await audited()).includes('connect refused'), 30_000);
  expect(await audited()).toContain('revokeNode done');
  expect(await lab.nodes()).toEqual([]);
  const check = await lab.cli('audit', 'check', '-o', 'json');
  expect(check.code).toBe(0);
  expect(JSON.parse(check.stdout)).toMatchObject({ broken: null });
});
