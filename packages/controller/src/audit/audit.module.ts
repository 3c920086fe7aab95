import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.ts';
import { AuditGrpc } from './audit.grpc.ts';
import { AuditLog } from './audit-log.ts';
import { AuditSealer } from './audit-sealer.ts';
import { Refusals } from './refusals.ts';

@Module({
  controllers: [AuditController],
  providers: [AuditLog, AuditSealer, Refusals, AuditGrpc],
  exports: [AuditLog, AuditSealer, Refusals, AuditGrpc],
})
export class AuditModule {}
