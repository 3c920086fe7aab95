import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { ToolsModule } from '../tools/tools.module.ts';
import { FiringRepository } from './firing.repository.ts';
import { ScheduleController } from './schedule.controller.ts';
import { ScheduleGrpc } from './schedule.grpc.ts';
import { ScheduleRepository } from './schedule.repository.ts';
import { ScheduleService } from './schedule.service.ts';
import { ScheduleRunner } from './schedule-runner.ts';

@Module({
  imports: [AccessModule, SessionsModule, ToolsModule],
  controllers: [ScheduleController],
  providers: [ScheduleRepository, FiringRepository, ScheduleService, ScheduleRunner, ScheduleGrpc],
  exports: [ScheduleGrpc],
})
export class SchedulesModule {}
