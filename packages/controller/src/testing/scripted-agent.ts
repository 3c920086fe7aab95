import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { MapDelta, MapSchema } from '@bpfleet/aggregate';
import {
  type ConnectRequestSchema,
  type ConnectResponse,
  crc32c,
  create,
  encodeMapDelta,
  encodeSchema,
  FleetService,
  FramePayloadSchema,
  type FrameSchema,
  type GrpcClient,
  grpcClient,
  type ManifestSchema,
  type MessageInitShape,
  type NodeInfoSchema,
  ObservedAssignment_State,
  type OutputEvent,
  RpcError,
  timestampFromMs,
  toBinary,
  toRpcError,
} from '@bpfleet/contracts';
import * as grpc from '@grpc/grpc-js';
import * as x509 from '@peculiar/x509';
import { serverName } from '../fleet/certificate-authority.ts';

type Item = NonNullable<MessageInitShape<typeof ConnectRequestSchema>['item']>;
type Case = NonNullable<ConnectResponse['item']['case']>;
type Received<C extends Case> = Extract<ConnectResponse['item'], { case: C }>['value'];

/** A frame, all of it spelled out so that tests can spoil one field. */
export type TestFrame = Exclude<MessageInitShape<typeof FrameSchema>, { $typeName: string }>;

export interface TestIdentity {
  readonly nodeId: string;
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly keyPem: string;
  readonly certificatePem: string;
  readonly caPem: string;
}

export function nodeInfo(name: string, labels: Record<string, string> = {}): MessageInitShape<typeof NodeInfoSchema> {
  return {
    name,
    labels,
    arch: 'arm64',
    kernel: '6.1.0',
    cpus: 2,
    memoryBytes: 2n ** 31n,
    agentVersion: '0',
    features: ['btf'],
    bootEpoch: 1n,
  };
}

/** A key and a certificate request for it, both PEM. */
export async function newKey(): Promise<{ keyPem: string; csrPem: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=test',
    keys,
    signingAlgorithm: algorithm,
  });
  const keyPem = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { keyPem, csrPem: csr.toString('pem') };
}

export function fleetClient(
  address: string,
  ca: string,
  client?: { key: string; cert: string },
): GrpcClient<typeof FleetService> {
  const context = createSecureContext({ ca, minVersion: 'TLSv1.3', ...client });
  return grpcClient(FleetService, address, grpc.credentials.createFromSecureContext(context), {
    'grpc.ssl_target_name_override': serverName,
    'grpc.default_authority': serverName,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_send_message_length': -1,
  });
}

export async function enrol(
  address: string,
  caPem: string,
  token: string,
  name: string,
  labels: Record<string, string> = {},
): Promise<TestIdentity> {
  const client = fleetClient(address, caPem);
  try {
    const { keyPem, csrPem } = await newKey();
    const answer = await client.enroll({ token, csrPem, node: nodeInfo(name, labels) }, { deadlineMs: 10_000 });
    return {
      nodeId: answer.nodeId,
      name: answer.name,
      labels,
      keyPem,
      certificatePem: answer.certificatePem,
      caPem: answer.caPem,
    };
  } finally {
    client.close();
  }
}

/** An agent that does nothing by itself but keep what it receives: tests speak the protocol for it. */
export class ScriptedAgent {
  readonly identity: TestIdentity;
  readonly inbox: ConnectResponse['item'][] = [];
  /** How the stream ended; undefined as long as it has not. */
  error: RpcError | undefined;
  private readonly client: GrpcClient<typeof FleetService>;
  private readonly call: ReturnType<GrpcClient<typeof FleetService>['connect']>;
  private waiting: (() => void)[] = [];

  constructor(address: string, identity: TestIdentity) {
    this.identity = identity;
    this.client = fleetClient(address, identity.caPem, { key: identity.keyPem, cert: identity.certificatePem });
    this.call = this.client.connect();
    this.call.on('data', (message: ConnectResponse) => {
      this.inbox.push(message.item);
      this.wake();
    });
    this.call.on('error', (error: unknown) => {
      this.error = toRpcError(error);
      this.wake();
    });
    this.call.on('end', () => {
      this.error ??= new RpcError('OK', 'ended');
      this.wake();
    });
  }

  static async connected(address: string, identity: TestIdentity): Promise<ScriptedAgent> {
    const agent = new ScriptedAgent(address, identity);
    agent.hello();
    await agent.next('welcome');
    await agent.next('desired');
    return agent;
  }

  hello(nodeId = this.identity.nodeId): void {
    this.send({ case: 'hello', value: { nodeId, node: nodeInfo(this.identity.name, this.identity.labels) } });
  }

  send(item: Item): void {
    this.call.write({ item });
  }

  /** Takes the next message of this kind out of the inbox. Throws the stream's error if it ends first. */
  async next<C extends Case>(kind: C): Promise<Received<C>> {
    for (;;) {
      const at = this.inbox.findIndex((item) => item.case === kind);
      if (at >= 0) {
        return this.inbox.splice(at, 1)[0]?.value as Received<C>;
      }
      if (this.error !== undefined) {
        throw this.error;
      }
      await this.news();
    }
  }

  private news(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  private wake(): void {
    for (const each of this.waiting.splice(0)) each();
  }

  /** Resolves with the status that the stream ended with. */
  async ended(): Promise<RpcError> {
    while (this.error === undefined) {
      await this.news();
    }
    return this.error;
  }

  running(sessionId: string, maps: readonly MapSchema[]): void {
    const state = ObservedAssignment_State.RUNNING;
    this.send({
      case: 'observed',
      value: { assignments: [{ sessionId, state, maps: maps.map(encodeSchema), probes: 1, attachUs: 10n }] },
    });
  }

  frames(...frames: TestFrame[]): void {
    this.send({ case: 'frames', value: { frames } });
  }

  manifest(manifest: MessageInitShape<typeof ManifestSchema>): void {
    this.send({ case: 'manifest', value: { overhead: -1, ...manifest } });
  }

  close(): void {
    this.call.end();
    this.client.close();
  }
}

/** A frame that is in order: windows of a second, one a frame. */
export function frame(
  sessionId: string,
  seq: bigint,
  deltas: readonly MapDelta[],
  events: readonly OutputEvent[] = [],
  startMs = Math.floor(Date.now() / 1_000) * 1_000,
): TestFrame {
  const payload = toBinary(
    FramePayloadSchema,
    create(FramePayloadSchema, { maps: deltas.map(encodeMapDelta), events: [...events] }),
  );
  return {
    sessionId,
    bootEpoch: 1n,
    seq,
    windowStart: timestampFromMs(startMs),
    windowEnd: timestampFromMs(startMs + 1_000),
    payload,
    crc32c: crc32c(payload),
    records: deltas.reduce((sum, { entries }) => sum + entries.length, events.length),
  };
}

export const countSchema: MapSchema = { id: 0, name: '@opens', kind: 'count', key: ['string'], signed: false };

export function count(key: string, by: bigint): MapDelta {
  return { map: 0, entries: [{ key: [key], cells: new Map([[0, by]]) }] };
}
