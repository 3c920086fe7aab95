import { Module } from '@nestjs/common';
import { FleetModule } from '../fleet/fleet.module.ts';
import { ResultsModule } from '../results/results.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { Arrivals } from './arrivals.ts';
import { AssignmentWatch } from './assignment-watch.ts';
import { ConnectedAgentsModule } from './connected-agents.module.ts';
import { DesiredStates } from './desired-state.ts';
import { FrameIntake } from './frame-intake.ts';
import { GatewayServer } from './gateway-server.ts';

@Module({
  imports: [ConnectedAgentsModule, FleetModule, SessionsModule, ResultsModule],
  providers: [Arrivals, AssignmentWatch, DesiredStates, FrameIntake, GatewayServer],
  exports: [GatewayServer, AssignmentWatch],
})
export class GatewayModule {}
