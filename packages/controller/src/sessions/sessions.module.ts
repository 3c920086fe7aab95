import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { FleetModule } from '../fleet/fleet.module.ts';
import { ConnectedAgentsModule } from '../gateway/connected-agents.module.ts';
import { ToolsModule } from '../tools/tools.module.ts';
import { CheckController } from './checks/check.controller.ts';
import { CheckService } from './checks/check.service.ts';
import { NodeReports } from './node-reports.ts';
import { QueueRepository } from './queue/queue.repository.ts';
import { SessionQueue } from './queue/session-queue.ts';
import { ReportRepository } from './report.repository.ts';
import { RolloutRepository } from './rollout/rollout.repository.ts';
import { RolloutRunner } from './rollout/rollout-runner.ts';
import { SessionController } from './session.controller.ts';
import { SessionGrpc } from './session.grpc.ts';
import { SessionRepository } from './session.repository.ts';
import { SessionService } from './session.service.ts';
import { SessionDeadlines } from './session-deadlines.ts';
import { SessionFeed } from './session-feed.ts';
import { Settlement } from './settlement.ts';
import { LateNodes } from './targeting/late-nodes.ts';
import { LateSessionRepository } from './targeting/late-session.repository.ts';

@Module({
  imports: [AccessModule, FleetModule, ConnectedAgentsModule, ToolsModule],
  controllers: [SessionController, CheckController],
  providers: [
    SessionRepository,
    SessionService,
    SessionDeadlines,
    SessionFeed,
    Settlement,
    NodeReports,
    ReportRepository,
    SessionGrpc,
    RolloutRepository,
    RolloutRunner,
    SessionQueue,
    QueueRepository,
    CheckService,
    LateNodes,
    LateSessionRepository,
  ],
  exports: [
    SessionService,
    SessionQueue,
    SessionDeadlines,
    RolloutRunner,
    SessionFeed,
    Settlement,
    NodeReports,
    SessionGrpc,
    SessionRepository,
  ],
})
export class SessionsModule {}
