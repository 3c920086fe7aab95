import 'reflect-metadata';
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { expect, test } from 'vitest';
import { requestCertificate } from './certificate-request.ts';

test.each([['n'], ['web-1.example'], ['ünïcode'], ['x'.repeat(63)], ['x'.repeat(200)]])(
  'a request for %s that others can read and verify',
  async (name) => {
    const { keyPem, csrPem } = requestCertificate(name);
    const request = new Pkcs10CertificateRequest(csrPem);
    expect(await request.verify(webcrypto as never)).toBe(true);
    expect(request.subjectName.getField('CN')).toEqual([name]);
    const key = createPrivateKey(keyPem);
    expect(key.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
    expect(Buffer.from(request.publicKey.rawData)).toEqual(spki);
  },
);

test('every request has a key of its own', () => {
  expect(requestCertificate('n').keyPem).not.toBe(requestCertificate('n').keyPem);
});
