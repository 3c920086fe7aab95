import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.ts';
import { AuditGrpc } from './audit.grpc.ts';
import { AuditLog } from './audit-log.ts';
import { Refusals } from './refusals.ts';

@Module({
  controllers: [AuditController],
  providers: [AuditLog, Refusals, AuditGrpc],
  exports: [AuditLog, Refusals, AuditGrpc],
})
export class AuditModule {}
