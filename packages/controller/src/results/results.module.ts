import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { FleetModule } from '../fleet/fleet.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { FramePartitions } from './frame-partitions.ts';
import { IngestService } from './ingest.service.ts';
import { LiveResults } from './live-results.ts';
import { ResultController } from './result.controller.ts';
import { ResultGrpc } from './result.grpc.ts';
import { ResultRepository } from './result.repository.ts';
import { ResultService } from './result.service.ts';
import { RunRepository } from './run.repository.ts';

@Module({
  imports: [AccessModule, FleetModule, SessionsModule],
  controllers: [ResultController],
  providers: [LiveResults, RunRepository, FramePartitions, IngestService, ResultRepository, ResultService, ResultGrpc],
  exports: [IngestService, ResultService, ResultGrpc],
})
export class ResultsModule {}
