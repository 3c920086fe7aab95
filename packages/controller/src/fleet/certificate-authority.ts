import 'reflect-metadata';
import { createHash, type KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { ControllerError } from '../controller-error.ts';
import { writePrivateFile } from '../private-file.ts';
import { Problem } from '../problem/problem.ts';

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { ...keyAlgorithm, hash: 'SHA-256' } as const;
/** Extended key usage (RFC 5280, section 4.2.1.12). */
const clientAuth = '1.3.6.1.5.5.7.3.2';
const dayMs = 86_400_000;
const authorityYears = 10;
/** From when and until when a certificate is valid, milliseconds before and after it is issued. */
interface Validity {
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** Agents check it by their own clocks, and those may be behind ours by as much as frames may. */
const serverValidity: Validity = { beforeMs: dayMs, afterMs: 365 * dayMs };
/** Controllers check it, whose clocks agree but for minutes. Agents renew it at two thirds of the time. */
const nodeValidity: Validity = { beforeMs: 300_000, afterMs: dayMs };
/** A node that was switched off over its certificate's end may still have a new one: its key is the same. */
const renewableMs = 30 * dayMs;
const maxRequestBytes = 16 * 1024;

/** The name that agents expect in the controller's certificate, whatever address they dial. */
export const serverName = 'controller.bpfleet';

export interface KeyAndCertificate {
  readonly keyPem: string;
  /** Leaf, then the CA: an agent that only has the pin finds the CA in the chain. */
  readonly chainPem: string;
}

/** What a node's certificate says, once it was found to be ours. */
export interface PeerIdentity {
  readonly nodeId: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Whether a certificate may be used now: to connect with, only to have a new one, or for nothing. */
export function validityOf({ notBefore, notAfter }: PeerIdentity, now: Date): 'valid' | 'renewable' | 'invalid' {
  const since = now.getTime() - notAfter.getTime();
  if (now < notBefore || since > renewableMs) {
    return 'invalid';
  }
  return since > 0 ? 'renewable' : 'valid';
}

/** Signs the certificates of nodes and of the gateway. ECDSA P-256; X.509 v3 (RFC 5280). */
export class CertificateAuthority {
  readonly pem: string;
  /** SHA-256 of the CA certificate's DER, hexadecimal; part of each join token. */
  readonly pin: string;
  private readonly certificate: x509.X509Certificate;
  private readonly publicKey: KeyObject;
  private readonly key: webcrypto.CryptoKey;

  private constructor(certificate: x509.X509Certificate, key: webcrypto.CryptoKey) {
    this.certificate = certificate;
    this.key = key;
    this.pem = certificate.toString('pem');
    this.publicKey = new X509Certificate(this.pem).publicKey;
    this.pin = createHash('sha256').update(new Uint8Array(certificate.rawData)).digest('hex');
  }

  /** Loads the CA of `dataDir`, or makes it at the first start. The key is readable by its owner only. */
  static async open(dataDir: string): Promise<CertificateAuthority> {
    const folder = join(dataDir, 'ca');
    const [keyFile, certificateFile] = [join(folder, 'ca.key'), join(folder, 'ca.crt')];
    const certificatePem = await readIfThere(certificateFile);
    if (certificatePem !== undefined) {
      try {
        const key = await importKey(await readFile(keyFile, 'utf8'));
        return new CertificateAuthority(new x509.X509Certificate(certificatePem), key);
      } catch (cause) {
        throw new ControllerError('data_dir_unusable', `The certificate authority in ${folder} cannot be read.`, {
          cause,
        });
      }
    }
    const authority = await CertificateAuthority.create();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // The certificate is written last: it marks the pair as whole.
    await writePrivateFile(keyFile, await exportKey(authority.key));
    await writePrivateFile(certificateFile, authority.pem);
    return authority;
  }

  /** A new CA that is kept nowhere. */
  static async create(): Promise<CertificateAuthority> {
    const keys = (await webcrypto.subtle.generateKey(keyAlgorithm, true, [
      'sign',
      'verify',
    ])) as webcrypto.CryptoKeyPair;
    const now = Date.now();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: 'CN=bpfleet CA',
      notBefore: new Date(now - serverValidity.beforeMs),
      notAfter: new Date(now + authorityYears * 365 * dayMs),
      keys,
      signingAlgorithm: signing,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new CertificateAuthority(certificate, keys.privateKey);
  }

  /** A new key and certificate for the gateway. */
  async issueServer(): Promise<KeyAndCertificate> {
    const keys = (await webcrypto.subtle.generateKey(keyAlgorithm, true, [
      'sign',
      'verify',
    ])) as webcrypto.CryptoKeyPair;
    const leaf = await this.sign(keys.publicKey, `CN=${serverName}`, serverValidity, [
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: serverName }]),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ]);
    return { keyPem: await exportKey(keys.privateKey), chainPem: `${leaf.toString('pem')}\n${this.pem}\n` };
  }

  /**
   * A certificate for the key of a certificate request (PKCS#10, RFC 2986), with the node's identifier as its name;
   * the name in the request is ignored. Throws `invalid_request` unless the request is signed with its own P-256 key.
   */
  async issueNode(request: NodeRequest, nodeId: string): Promise<string> {
    const certificate = await this.sign(request.publicKey, `CN=${nodeId}`, nodeValidity, [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ]);
    return certificate.toString('pem');
  }

  /** Whose certificate this is (DER); undefined unless this CA issued it for a node. `validityOf` says for how long it is good. */
  identify(der: Uint8Array): PeerIdentity | undefined {
    try {
      // Node's own reader: a fleet that comes back at once is thousands of these.
      const certificate = new X509Certificate(der);
      const [, nodeId] = /^CN=(.*)$/m.exec(certificate.subject) ?? [];
      const ours = certificate.keyUsage?.includes(clientAuth) && certificate.verify(this.publicKey);
      return ours && nodeId !== undefined
        ? { nodeId, notBefore: certificate.validFromDate, notAfter: certificate.validToDate }
        : undefined;
    } catch {
      return undefined;
    }
  }

  private async sign(
    publicKey: x509.PublicKeyType,
    subject: string,
    { beforeMs, afterMs }: Validity,
    extensions: x509.Extension[],
  ) {
    const now = Date.now();
    return x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject,
      issuer: this.certificate.subject,
      notBefore: new Date(now - beforeMs),
      notAfter: new Date(now + afterMs),
      publicKey,
      signingKey: this.key,
      signingAlgorithm: signing,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        await x509.AuthorityKeyIdentifierExtension.create(this.certificate.publicKey),
        ...extensions,
      ],
    });
  }
}

/** A certificate request that proved that its sender holds the key. */
export interface NodeRequest {
  readonly publicKey: x509.PublicKey;
  /** SHA-256 of the SubjectPublicKeyInfo: the identity of the key. */
  readonly keyDigest: Buffer;
}

/** Parses and verifies a PEM certificate request. Throws `invalid_request`. */
export async function parseNodeRequest(pem: string): Promise<NodeRequest> {
  const refused = (why: string) => new Problem('invalid_request', `The certificate request ${why}.`);
  if (pem.length > maxRequestBytes) {
    throw refused('is too long');
  }
  let request: x509.Pkcs10CertificateRequest;
  let signed: boolean;
  try {
    request = new x509.Pkcs10CertificateRequest(pem);
    signed = await request.verify();
  } catch {
    throw refused('cannot be read');
  }
  const algorithm = request.publicKey.algorithm as { name: string; namedCurve?: string };
  if (algorithm.name !== keyAlgorithm.name || algorithm.namedCurve !== keyAlgorithm.namedCurve) {
    throw refused('is not for an ECDSA P-256 key');
  }
  if (!signed) {
    throw refused('is not signed with its own key');
  }
  const keyDigest = createHash('sha256').update(new Uint8Array(request.publicKey.rawData)).digest();
  return { publicKey: request.publicKey, keyDigest };
}

/** 16 random bytes, positive (RFC 5280, section 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), x509.PemConverter.PrivateKeyTag);
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), keyAlgorithm, true, ['sign']);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
