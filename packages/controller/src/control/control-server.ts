import { createServer } from 'node:net';
import { addHealth, addReflection, channelOptions, grpcService, type Health } from '@bpfleet/contracts';
import * as grpc from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import type { Endpoint } from '../config/controller-config.ts';
import { listen } from '../config/listen.ts';
import { NodeGrpc } from '../fleet/node.grpc.ts';
import { ResultGrpc } from '../results/result.grpc.ts';
import { SessionGrpc } from '../sessions/session.grpc.ts';

/** gRPC for users and CI: the services of control.v1, with health and reflection. */
@Injectable()
export class ControlServer {
  private readonly server = new grpc.Server(channelOptions());
  private readonly listener = createServer();
  private readonly health: Health;

  constructor(
    @Inject(SessionGrpc) sessions: SessionGrpc,
    @Inject(NodeGrpc) nodes: NodeGrpc,
    @Inject(ResultGrpc) results: ResultGrpc,
  ) {
    const parts = [sessions, nodes, results];
    for (const part of parts) {
      this.server.addService(grpcService(part.service), part.handlers());
    }
    const services = parts.map(({ service }) => service);
    this.health = addHealth(this.server, services);
    addReflection(this.server, services);
  }

  /** Returns the port. Throws ControllerError `port_in_use`. */
  start(endpoint: Endpoint): Promise<number> {
    // The listening is ours and not grpc-js's, so that its errors are too.
    const injector = this.server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
    this.listener.on('connection', (socket) => injector.injectConnection(socket));
    return listen(this.listener, endpoint, 'gRPC');
  }

  stop(): void {
    this.health.close();
    this.listener.close();
    this.server.forceShutdown();
  }
}
