import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { ConnectedAgentsModule } from '../gateway/connected-agents.module.ts';
import { ConnectionRepository } from './connection.repository.ts';
import { EnrolmentService } from './enrolment.service.ts';
import { NodeController } from './node.controller.ts';
import { NodeGrpc } from './node.grpc.ts';
import { NodeRepository } from './node.repository.ts';
import { NodeService } from './node.service.ts';
import { ProbeController } from './probes/probe.controller.ts';
import { ProbeFinder } from './probes/probe-finder.ts';

@Module({
  imports: [AccessModule, ConnectedAgentsModule],
  controllers: [NodeController, ProbeController],
  providers: [NodeRepository, ConnectionRepository, NodeService, EnrolmentService, ProbeFinder, NodeGrpc],
  exports: [NodeService, EnrolmentService, NodeGrpc, NodeRepository, ConnectionRepository],
})
export class FleetModule {}
