import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { AccessControl } from './access-control.ts';
import { TokenController } from './token.controller.ts';
import { TokenGrpc } from './token.grpc.ts';
import { TokenRepository } from './token.repository.ts';
import { TokenService } from './token.service.ts';
import { Visibility } from './visibility.ts';

@Module({
  imports: [AuditModule],
  controllers: [TokenController],
  providers: [TokenRepository, TokenService, Visibility, AccessControl, TokenGrpc],
  exports: [TokenService, Visibility, AccessControl, TokenGrpc, AuditModule],
})
export class AccessModule {}
