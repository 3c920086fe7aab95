import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@bpfleet/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeFleet, newAuthority, newIdentity } from '../fake-fleet.test-kit.ts';
import { fleetClock } from '../fleet-clock.ts';
import { parseHostPort } from './host-port.ts';
import { type Identity, loadIdentity, saveIdentity } from './identity.ts';
import { Renewal } from './renewal.ts';
import { renewalTime } from './renewal-time.ts';
import { openStateDir, type StateDir } from './state-dir.ts';

const hour = 3_600_000;
const log = createLogger({ name: 'agent', level: 'silent' });

let root: string;
let dir: StateDir;
let fleet: FakeFleet;
let identity: Identity;
/** Of the certificate, milliseconds since the Unix epoch: X.509 has whole seconds. */
let from: number;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bpfleet-renewal-'));
  dir = await openStateDir(root);
  fleet = new FakeFleet(await newAuthority());
  await fleet.start();
  from = Math.floor(Date.now() / 1_000) * 1_000;
  const valid = { notBefore: new Date(from), notAfter: new Date(from + 24 * hour) };
  const { key, certificate } = await newIdentity(fleet.authority, 'node-1', [], valid);
  const caPem = fleet.authority.certificate.toString('pem');
  identity = { nodeId: 'node-1', name: 'n', keyPem: key, certificatePem: certificate, caPem };
  await saveIdentity(dir, identity);
});
afterEach(async () => {
  fleet.stop();
  await rm(root, { recursive: true });
});

/** A renewal whose controller's clock is ahead of this node's by so much. */
const renewal = (offsetMs: number, lookEveryMs = hour) =>
  new Renewal({
    identity,
    dir,
    addresses: [parseHostPort(`127.0.0.1:${fleet.port}`)],
    clock: fleetClock(() => offsetMs),
    log,
    lookEveryMs,
  });

test('two thirds of a day are sixteen hours', () => {
  expect(renewalTime(identity.certificatePem)).toBe(from + 16 * hour);
});

test.each([
  ['not before two thirds of its time are over', 15.9, 0],
  ['from then on, by the time of the fleet', 16.1, 1],
  ['also when it has ended', 30, 1],
])('it is renewed: %s', async (_, hours, times) => {
  const renewing = renewal(hours * hour);
  await renewing.renewIfDue();
  await renewing.close();
  expect(fleet.renewed).toHaveLength(times);
  expect(await readFile(dir.certificate, 'utf8')).toBe(fleet.renewed[0] ?? identity.certificatePem);
});

test('for the same key, so that key and certificate fit whenever the agent is killed', async () => {
  const renewing = renewal(20 * hour);
  await renewing.renewIfDue();
  await renewing.close();
  const loaded = await loadIdentity(dir);
  expect(loaded).toEqual(renewing.identity);
  expect(loaded?.keyPem).toBe(identity.keyPem);
  const key = (pem: string) => new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' });
  expect(key(loaded?.certificatePem ?? '')).toBe(key(identity.certificatePem));
});

test('again and again until it succeeds', async () => {
  fleet.failRenewals = true;
  const renewing = renewal(20 * hour, 10);
  await renewing.renewIfDue();
  expect(renewing.identity.certificatePem).toBe(identity.certificatePem);
  fleet.failRenewals = false;
  await vi.waitFor(() => expect(renewing.identity.certificatePem).not.toBe(identity.certificatePem), {
    timeout: 10_000,
  });
  await renewing.close();
});
