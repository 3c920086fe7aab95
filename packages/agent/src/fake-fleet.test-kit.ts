import 'reflect-metadata';
import { createHash, webcrypto } from 'node:crypto';
import {
  type Assignment,
  type ConnectRequest,
  type ConnectResponseSchema,
  channelOptions,
  FleetService,
  type Frame,
  grpcService,
  type Manifest,
  type MessageInitShape,
  RpcError,
  timestampFromMs,
  toGrpcStatus,
  unaryHandler,
} from '@bpfleet/contracts';
import * as grpc from '@grpc/grpc-js';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
type Validity = typeof validity;
type Stream = grpc.ServerDuplexStream<ConnectRequest, MessageInitShape<typeof ConnectResponseSchema>>;
type Item = MessageInitShape<typeof ConnectResponseSchema>['item'];

/** Asks for a client certificate, and lets Enroll be called without. */
class MutualTls extends (grpc.ServerCredentials as unknown as new (...options: object[]) => grpc.ServerCredentials) {
  override _isSecure(): boolean {
    return true;
  }
  override _equals(other: unknown): boolean {
    return other === this;
  }
}

export interface Authority {
  readonly keys: CryptoKeyPair;
  readonly certificate: x509.X509Certificate;
  /** SHA-256 of the DER, hex. */
  readonly pin: string;
}
type CryptoKeyPair = { publicKey: never; privateKey: never };

const generate = async () =>
  (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as unknown as CryptoKeyPair;

export async function newAuthority(): Promise<Authority> {
  const keys = await generate();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...validity,
      name: 'CN=test authority',
      keys,
      signingAlgorithm: algorithm,
      extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
    },
    webcrypto as never,
  );
  const pin = createHash('sha256').update(Buffer.from(certificate.rawData)).digest('hex');
  return { keys, certificate, pin };
}

async function issue(
  authority: Authority,
  subject: string,
  publicKey: never,
  names: string[],
  valid: Validity = validity,
): Promise<string> {
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...valid,
      subject: `CN=${subject}`,
      issuer: authority.certificate.subject,
      publicKey,
      signingKey: authority.keys.privateKey,
      signingAlgorithm: algorithm,
      extensions:
        names.length > 0
          ? [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })))]
          : [],
    },
    webcrypto as never,
  );
  return certificate.toString('pem');
}

async function keyPem(keys: CryptoKeyPair): Promise<string> {
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`;
}

/** A key and its certificate, PEM. */
export async function newIdentity(authority: Authority, subject: string, names: string[] = [], valid = validity) {
  const keys = await generate();
  return { key: await keyPem(keys), certificate: await issue(authority, subject, keys.publicKey, names, valid) };
}

/** A controller without a database: it takes frames, acknowledges them as it is told to, and says what it got. */
export class FakeFleet {
  readonly frames: Frame[] = [];
  readonly manifests: Manifest[] = [];
  readonly received: ConnectRequest[] = [];
  readonly streams: Stream[] = [];
  /** Tokens that may enrol once. */
  readonly tokens = new Set<string>();
  acknowledge = true;
  refuse: ((frame: Frame) => boolean) | null = null;
  /** Answers Connect with this status. */
  rejectWith: grpc.status | null = null;
  /** Refuses every certificate as expired until one was renewed. */
  demandRenewal = false;
  failRenewals = false;
  /** Certificates given out anew, PEM. */
  readonly renewed: string[] = [];
  answerPings = true;
  clockAheadMs = 0;
  assignments: MessageInitShape<typeof import('@bpfleet/contracts').AssignmentSchema>[] = [];
  revision = 0n;
  port = 0;
  #server: grpc.Server | null = null;
  readonly authority: Authority;

  constructor(authority: Authority) {
    this.authority = authority;
  }

  async start(port = 0): Promise<void> {
    const keys = await generate();
    const leaf = await issue(this.authority, 'controller', keys.publicKey, ['controller.bpfleet']);
    const key = await keyPem(keys);
    const ca = this.authority.certificate.toString('pem');
    const credentials = new MutualTls(
      { requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.3' },
      { key, cert: `${leaf}\n${ca}\n`, ca },
    );
    const server = new grpc.Server(channelOptions());
    server.addService(grpcService(FleetService), {
      enroll: unaryHandler(FleetService.method.enroll, async (request) => {
        if (!this.tokens.delete(request.token)) {
          throw Object.assign(new Error('token'), {
            code: grpc.status.UNAUTHENTICATED,
            details: 'the token has been used',
          });
        }
        const certificatePem = await this.#sign(request.csrPem);
        return { nodeId: 'node-1', name: request.node?.name ?? '', certificatePem, caPem: ca };
      }),
      connect: (stream: Stream) => this.#connect(stream),
      renewCertificate: unaryHandler(FleetService.method.renewCertificate, async ({ csrPem }) => {
        if (this.failRenewals) throw new RpcError('UNAVAILABLE', 'not now');
        const certificatePem = await this.#sign(csrPem);
        this.renewed.push(certificatePem);
        return { certificatePem };
      }),
    });
    this.port = await new Promise<number>((resolve, reject) =>
      server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
    );
    this.#server = server;
  }

  stop(): void {
    this.#server?.forceShutdown();
    this.#server = null;
    this.streams.length = 0;
  }

  /** Wants these on every node from now on. */
  desire(...assignments: FakeFleet['assignments']): void {
    this.assignments = assignments;
    for (const stream of this.streams) this.#sendDesired(stream);
  }

  send(item: Item): void {
    this.streams.at(-1)?.write({ item });
  }

  ackAll(): void {
    for (const frame of this.frames) this.#ack(this.streams.at(-1), frame);
  }

  /** The messages of one kind, oldest first. */
  items<K extends NonNullable<ConnectRequest['item']['case']>>(kind: K) {
    return this.received.flatMap(({ item }) => (item.case === kind ? [item.value] : [])) as Extract<
      ConnectRequest['item'],
      { case: K }
    >['value'][];
  }

  async #sign(csrPem: string): Promise<string> {
    const csr = new x509.Pkcs10CertificateRequest(csrPem);
    const publicKey = (await csr.publicKey.export(algorithm, ['verify'], webcrypto as never)) as never;
    return issue(this.authority, 'node-1', publicKey, []);
  }

  #connect(stream: Stream): void {
    if (this.demandRenewal && this.renewed.length === 0) {
      stream.emit('error', toGrpcStatus(new RpcError('UNAUTHENTICATED', 'expired', { reason: 'CERTIFICATE_EXPIRED' })));
      return;
    }
    if (this.rejectWith !== null) {
      stream.emit('error', { code: this.rejectWith, details: 'the certificate was revoked' });
      return;
    }
    const peer = stream.getAuthContext().sslPeerCertificate;
    if (peer?.subject.CN !== 'node-1') {
      stream.emit('error', { code: grpc.status.UNAUTHENTICATED, details: 'there is no certificate of a node' });
      return;
    }
    this.streams.push(stream);
    stream.on('data', (message: ConnectRequest) => this.#receive(stream, message));
    stream.on('error', () => undefined);
    stream.on('end', () => stream.end());
    stream.write({ item: { case: 'welcome', value: { controllerVersion: 'test', connectionEpoch: 1n } } });
    this.#sendDesired(stream);
  }

  #sendDesired(stream: Stream): void {
    this.revision += 1n;
    stream.write({
      item: { case: 'desired', value: { revision: this.revision, assignments: this.assignments as Assignment[] } },
    });
  }

  #receive(stream: Stream, message: ConnectRequest): void {
    this.received.push(message);
    const { item } = message;
    if (item.case === 'ping' && this.answerPings) {
      const now = timestampFromMs(Date.now() + this.clockAheadMs);
      const value = { receivedAt: now, sentAt: now, ...(item.value.sentAt ? { pingSentAt: item.value.sentAt } : {}) };
      stream.write({ item: { case: 'pong', value } });
    }
    if (item.case === 'frames') for (const frame of item.value.frames) this.#take(stream, frame);
    if (item.case === 'manifest') {
      this.manifests.push(item.value);
      const { sessionId, bootEpoch } = item.value;
      if (this.acknowledge) stream.write({ item: { case: 'manifestAck', value: { sessionId, bootEpoch } } });
    }
  }

  #take(stream: Stream, frame: Frame): void {
    const { sessionId, bootEpoch, seq } = frame;
    if (this.refuse?.(frame)) {
      stream.write({ item: { case: 'refusal', value: { sessionId, bootEpoch, seq, reason: 'test' } } });
      return;
    }
    const known = this.frames.some(
      (each) => each.sessionId === sessionId && each.bootEpoch === bootEpoch && each.seq === seq,
    );
    if (!known) this.frames.push(frame);
    if (this.acknowledge) this.#ack(stream, frame);
  }

  #ack(stream: Stream | undefined, { sessionId, bootEpoch }: Frame): void {
    const seqs = new Set(
      this.frames
        .filter((each) => each.sessionId === sessionId && each.bootEpoch === bootEpoch)
        .map((each) => each.seq),
    );
    let contiguous = 0n;
    while (seqs.has(contiguous + 1n)) contiguous += 1n;
    if (contiguous > 0n) stream?.write({ item: { case: 'ack', value: { sessionId, bootEpoch, seq: contiguous } } });
  }
}
