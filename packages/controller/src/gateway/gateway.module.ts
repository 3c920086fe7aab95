import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { FleetModule } from '../fleet/fleet.module.ts';
import { ResultsModule } from '../results/results.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { Arrivals } from './arrivals.ts';
import { AssignmentWatch } from './assignment-watch.ts';
import { ConnectedAgentsModule } from './connected-agents.module.ts';
import { DesiredStates } from './desired-state.ts';
import { FrameIntake } from './frame-intake.ts';
import { GatewayServer } from './gateway-server.ts';
import { PeerCertificates } from './peer-certificates.ts';

@Module({
  imports: [AccessModule, ConnectedAgentsModule, FleetModule, SessionsModule, ResultsModule],
  providers: [Arrivals, AssignmentWatch, DesiredStates, FrameIntake, PeerCertificates, GatewayServer],
  exports: [GatewayServer, AssignmentWatch],
})
export class GatewayModule {}
