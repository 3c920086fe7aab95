import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

/** A new P-256 key, and a PKCS#10 request for it. The key leaves this process only into its own file. */
export interface CertificateRequest {
  /** PKCS#8, PEM. */
  readonly keyPem: string;
  readonly csrPem: string;
}

/** The name in the request is only a wish: the controller decides. */
export function requestCertificate(name: string): CertificateRequest {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { keyPem, csrPem: certificateRequest(name, keyPem) };
}

/** A PKCS#10 request for a P-256 key that is there already, PEM. */
export function certificateRequest(name: string, keyPem: string): string {
  const privateKey = createPrivateKey(keyPem);
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  // CertificationRequestInfo: version 0, subject, key, no attributes.
  const info = sequence(element(0x02, Buffer.of(0)), subject(name), spki, element(0xa0, Buffer.alloc(0)));
  const signature = sign('sha256', info, privateKey);
  // A bit string begins with the number of bits that its last byte does not use.
  return pem('CERTIFICATE REQUEST', sequence(info, sequence(ecdsaWithSha256), element(0x03, Buffer.of(0), signature)));
}

/*
 * PKCS#10 (RFC 2986, section 4) in DER (X.690), as far as one request needs it. Written out because the libraries that do
 * this would stay in the memory of an agent that needs them once a day.
 */
const commonName = Buffer.from('0603550403', 'hex');
/** 1.2.840.10045.4.3.2 */
const ecdsaWithSha256 = Buffer.from('06082a8648ce3d040302', 'hex');

/** A tag, the length of the content, the content. */
function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
}

const sequence = (...content: readonly Uint8Array[]): Buffer => element(0x30, ...content);

/** A name with one part, the common name, as a UTF8String. */
function subject(name: string): Buffer {
  const value = element(0x0c, Buffer.from(name, 'utf8'));
  return sequence(element(0x31, sequence(commonName, value)));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
