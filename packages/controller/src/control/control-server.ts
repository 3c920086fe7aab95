import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type SecureContextOptions } from 'node:tls';
import { addHealth, addReflection, channelOptions, grpcService, type Health } from '@bpfleet/contracts';
import * as grpc from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import { TokenGrpc } from '../access/token.grpc.ts';
import { AuditGrpc } from '../audit/audit.grpc.ts';
import type { Endpoint } from '../config/controller-config.ts';
import { listen } from '../config/listen.ts';
import { NodeGrpc } from '../fleet/node.grpc.ts';
import { ProgramGrpc } from '../programs/program.grpc.ts';
import { ResultGrpc } from '../results/result.grpc.ts';
import { ScheduleGrpc } from '../schedules/schedule.grpc.ts';
import { SessionGrpc } from '../sessions/session.grpc.ts';
import { ToolGrpc } from '../tools/tool.grpc.ts';
import { type AnyPart, ControlCalls } from './control-calls.ts';

/** gRPC for users and CI: the services of control.v1, with health and reflection. */
@Injectable()
export class ControlServer {
  private readonly server = new grpc.Server(channelOptions());
  private listener: Server | undefined;
  private readonly health: Health;

  constructor(
    @Inject(ControlCalls) calls: ControlCalls,
    @Inject(SessionGrpc) sessions: SessionGrpc,
    @Inject(NodeGrpc) nodes: NodeGrpc,
    @Inject(ResultGrpc) results: ResultGrpc,
    @Inject(ProgramGrpc) programs: ProgramGrpc,
    @Inject(ToolGrpc) tools: ToolGrpc,
    @Inject(ScheduleGrpc) schedules: ScheduleGrpc,
    @Inject(TokenGrpc) tokens: TokenGrpc,
    @Inject(AuditGrpc) audit: AuditGrpc,
  ) {
    const parts: AnyPart[] = [sessions, nodes, results, programs, tools, schedules, tokens, audit];
    for (const part of parts) {
      this.server.addService(grpcService(part.service), calls.handlers(part));
    }
    const services = parts.map(({ service }) => service);
    this.health = addHealth(this.server, services);
    addReflection(this.server, services);
  }

  /** Returns the port. Throws ControllerError `port_in_use`. */
  start(endpoint: Endpoint, tls?: SecureContextOptions): Promise<number> {
    // The listening, and TLS, are ours and not grpc-js's, so that their errors are too.
    const injector = this.server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
    const inject = (socket: Socket) => injector.injectConnection(socket);
    this.listener =
      tls === undefined ? createServer(inject) : createTlsServer({ ...tls, ALPNProtocols: ['h2'] }, inject);
    return listen(this.listener, endpoint, 'gRPC');
  }

  stop(): void {
    this.health.close();
    this.listener?.close();
    this.server.forceShutdown();
  }
}
