import { Module } from '@nestjs/common';
import { TokenController } from './token.controller.ts';
import { TokenRepository } from './token.repository.ts';
import { TokenService } from './token.service.ts';

@Module({
  controllers: [TokenController],
  providers: [TokenRepository, TokenService],
  exports: [TokenService],
})
export class AccessModule {}
