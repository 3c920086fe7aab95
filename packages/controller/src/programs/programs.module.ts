import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { ProgramController } from './program.controller.ts';
import { ProgramGrpc } from './program.grpc.ts';
import { ProgramRepository } from './program.repository.ts';
import { ProgramService } from './program.service.ts';

@Module({
  imports: [AccessModule],
  controllers: [ProgramController],
  providers: [ProgramRepository, ProgramService, ProgramGrpc],
  exports: [ProgramGrpc],
})
export class ProgramsModule {}
