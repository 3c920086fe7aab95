import { Module } from '@nestjs/common';
import { ConnectedAgentsModule } from '../gateway/connected-agents.module.ts';
import { HealthController } from './health.controller.ts';

@Module({ imports: [ConnectedAgentsModule], controllers: [HealthController] })
export class HealthModule {}
