import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { FleetModule } from '../fleet/fleet.module.ts';
import { MetricsModule } from '../metrics/metrics.module.ts';
import { ProgramsModule } from '../programs/programs.module.ts';
import { ResultsModule } from '../results/results.module.ts';
import { SchedulesModule } from '../schedules/schedules.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { ToolsModule } from '../tools/tools.module.ts';
import { ControlCalls } from './control-calls.ts';
import { ControlServer } from './control-server.ts';

@Module({
  imports: [
    AccessModule,
    FleetModule,
    SessionsModule,
    ResultsModule,
    ProgramsModule,
    ToolsModule,
    SchedulesModule,
    MetricsModule,
  ],
  providers: [ControlCalls, ControlServer],
  exports: [ControlServer],
})
export class ControlModule {}
