import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { FleetModule } from '../fleet/fleet.module.ts';
import { SessionsModule } from '../sessions/sessions.module.ts';
import { IngestService } from './ingest.service.ts';
import { LiveResults } from './live-results.ts';
import { ResultController } from './result.controller.ts';
import { ResultGrpc } from './result.grpc.ts';
import { ResultRepository } from './result.repository.ts';
import { ResultService } from './result.service.ts';
import { ResultPartitions } from './result-partitions.ts';
import { ResultRetention } from './retention.ts';
import { RunRepository } from './run.repository.ts';

@Module({
  imports: [AccessModule, AuditModule, FleetModule, SessionsModule],
  controllers: [ResultController],
  providers: [
    { provide: RunRepository, useFactory: () => new RunRepository() },
    ResultPartitions,
    ResultRetention,
    IngestService,
    ResultRepository,
    ResultService,
    LiveResults,
    ResultGrpc,
  ],
  exports: [IngestService, ResultPartitions, ResultRetention, ResultService, ResultGrpc],
})
export class ResultsModule {}
