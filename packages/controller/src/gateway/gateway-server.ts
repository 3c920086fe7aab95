import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import {
  channelOptions,
  connectionTimes,
  FleetService,
  grpcService,
  RpcError,
  toGrpcStatus,
  unaryHandler,
} from '@bpfleet/contracts';
import { type Logger, RunningClock } from '@bpfleet/runtime';
import * as grpc from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import { Refusals } from '../audit/refusals.ts';
import type { Endpoint } from '../config/controller-config.ts';
import { listen } from '../config/listen.ts';
import { LOGGER, VERSION } from '../config/tokens.ts';
import { problemToRpc } from '../control/problem-to-rpc.ts';
import { CertificateAuthority } from '../fleet/certificate-authority.ts';
import { ConnectionRepository } from '../fleet/connection.repository.ts';
import { EnrolmentService } from '../fleet/enrolment.service.ts';
import { NodeRepository } from '../fleet/node.repository.ts';
import { IngestService } from '../results/ingest.service.ts';
import { NodeReports } from '../sessions/node-reports.ts';
import { AgentStream, type ConnectCall, type StreamSurroundings } from './agent-stream.ts';
import { Arrivals } from './arrivals.ts';
import { ConnectedAgents } from './connected-agents.ts';
import { DesiredStates } from './desired-state.ts';
import { FrameIntake } from './frame-intake.ts';
import { gateLimits, HandshakeGate } from './handshake-gate.ts';
import { PeerCertificates } from './peer-certificates.ts';

/** Largest message of an agent: several batches' worth. */
const maxMessageBytes = 4 * 1024 * 1024;
const { leaseMs } = connectionTimes;
const heartbeatMs = 3_000;
const handshakeMs = 10_000;
/** Our own certificate is good for a year. */
const renewOwnMs = 7 * 86_400_000;
const maxConnections = 20_000;
/** A connection without a call. */
const idleMs = 60_000;

/**
 * Where agents dial in: one port with TLS 1.3. Anyone may open a connection and enrol; a stream is only for nodes whose
 * certificate this controller's CA signed.
 */
@Injectable()
export class GatewayServer {
  /** Streams have pings of their own: a second kind on each of thousands of connections would tell nothing. */
  private readonly grpcServer = new grpc.Server(
    channelOptions({
      'grpc.max_receive_message_length': maxMessageBytes,
      'grpc.keepalive_time_ms': 2 ** 31 - 1,
      'grpc.max_connection_idle_ms': idleMs,
    }),
  );
  private readonly streams = new Set<AgentStream>();
  private server: Server | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private renewal: NodeJS.Timeout | undefined;
  private readonly surroundings: StreamSurroundings;

  constructor(
    @Inject(CertificateAuthority) private readonly authority: CertificateAuthority,
    @Inject(EnrolmentService) private readonly enrolment: EnrolmentService,
    @Inject(PeerCertificates) private readonly peers: PeerCertificates,
    @Inject(NodeRepository) private readonly nodes: NodeRepository,
    @Inject(ConnectionRepository) private readonly connections: ConnectionRepository,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(ConnectedAgents) agents: ConnectedAgents,
    @Inject(Arrivals) arrivals: Arrivals,
    @Inject(NodeReports) reports: NodeReports,
    @Inject(DesiredStates) desired: DesiredStates,
    @Inject(FrameIntake) intake: FrameIntake,
    @Inject(IngestService) ingest: IngestService,
    @Inject(Refusals) refusals: Refusals,
    @Inject(VERSION) version: string,
  ) {
    const clock = new RunningClock(heartbeatMs);
    this.surroundings = { agents, arrivals, reports, desired, intake, ingest, refusals, clock, log, version };
    this.grpcServer.addService(grpcService(FleetService), {
      enroll: unaryHandler(FleetService.method.enroll, (request) => problemToRpc(() => this.enrolment.enrol(request))),
      connect: (call: ConnectCall) => void this.connect(call),
      renewCertificate: unaryHandler(FleetService.method.renewCertificate, async ({ csrPem }, call) => {
        const { node } = await this.peers.identify(call.getAuthContext().sslPeerCertificate?.raw, 'renewCertificate');
        return problemToRpc(async () => ({ certificatePem: await this.enrolment.renew(node, csrPem) }));
      }),
    });
  }

  /** Returns the port. Throws ControllerError `port_in_use`. */
  async start(endpoint: Endpoint): Promise<number> {
    const { keyPem, chainPem } = await this.authority.issueServer();
    // grpc-js reads HTTP/2 from sockets that are given to it; TLS is ours, so that a client may come without certificate.
    const injector = this.grpcServer.createConnectionInjector(grpc.ServerCredentials.createInsecure());
    const tls = createTlsServer({
      key: keyPem,
      cert: chainPem,
      ca: this.authority.pem,
      minVersion: 'TLSv1.3',
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
      handshakeTimeout: handshakeMs,
    });
    const gate = new HandshakeGate(gateLimits, (socket) => tls.emit('connection', socket));
    tls.on('secureConnection', (socket) => {
      gate.leave(socket);
      // grpc-js hides a certificate that OpenSSL would not take, and one that has ended is still to be renewed. The handshake has
      // proved its key; PeerCertificates proves that it is ours, and asks when it ends.
      socket.authorized = true;
      injector.injectConnection(socket);
    });
    tls.on('tlsClientError', (error, socket) => {
      this.log.debug({ address: socket.remoteAddress, reason: error.message }, 'TLS handshake failed');
    });
    this.renewal = setInterval(() => void this.renewOwn(tls), renewOwnMs);
    const server = createServer({ pauseOnConnect: true }, (socket) => gate.enter(socket));
    server.maxConnections = maxConnections;
    const port = await listen(server, endpoint, 'agents');
    this.server = server;
    this.heartbeat = setInterval(() => void this.beat(), heartbeatMs);
    return port;
  }

  /** Ends every stream; agents come back when there is a controller again. */
  async stop(): Promise<void> {
    clearInterval(this.heartbeat);
    clearInterval(this.renewal);
    const streams = [...this.streams];
    for (const stream of streams) {
      stream.close('the controller is stopping');
    }
    this.server?.close();
    this.grpcServer.forceShutdown();
    await this.surroundings.ingest.idle();
    await Promise.all(streams.map((stream) => stream.settled()));
  }

  private async renewOwn(tls: TlsServer): Promise<void> {
    const { keyPem, chainPem } = await this.authority.issueServer();
    tls.setSecureContext({ key: keyPem, cert: chainPem, ca: this.authority.pem, minVersion: 'TLSv1.3' });
  }

  private async connect(call: ConnectCall): Promise<void> {
    // Messages wait in the stream until the certificate has been checked.
    call.pause();
    try {
      const peer = await this.peers.identify(call.getAuthContext().sslPeerCertificate?.raw, 'connect');
      this.streams.add(new AgentStream(call, peer, this.surroundings, (ended) => this.streams.delete(ended)));
      call.resume();
    } catch (error) {
      const refusal =
        error instanceof RpcError ? error : new RpcError('UNAVAILABLE', 'the node could not be looked up; try again');
      this.log.warn({ address: call.getPeer(), reason: refusal.message }, 'agent refused');
      call.emit('error', toGrpcStatus(refusal));
    }
  }

  /** Another controller may have revoked a node that is connected here. */
  private async refuseRevoked(nodeIds: readonly string[]): Promise<void> {
    try {
      const revoked = new Set(await this.nodes.revokedAmong(nodeIds));
      for (const stream of [...this.streams].filter(({ nodeId }) => revoked.has(nodeId))) {
        stream.refuse('the node was revoked');
      }
    } catch (err) {
      this.log.warn({ err }, 'whether nodes were revoked could not be looked up');
    }
  }

  /** Keeps the leases of nodes that are heard of, and drops those that are not. */
  private async beat(): Promise<void> {
    this.surroundings.clock.beat();
    const now = Date.now();
    const alive: AgentStream[] = [];
    for (const stream of [...this.streams]) {
      if (stream.isSilent) {
        stream.close(stream.silence);
      } else if (stream.until.getTime() <= now) {
        stream.close('the certificate of this connection has ended; connect with a new one');
      } else if (stream.epoch > 0n) {
        alive.push(stream);
      }
    }
    if (alive.length === 0) {
      return;
    }
    try {
      const newest = await this.connections.renew(alive, new Date(now), new Date(now + leaseMs));
      for (const stream of alive.filter(({ nodeId }) => !newest.has(nodeId))) {
        stream.close('a newer connection of this node took over');
      }
    } catch (err) {
      this.log.warn({ err }, 'leases could not be renewed');
    }
    await this.refuseRevoked(alive.map(({ nodeId }) => nodeId));
  }
}
