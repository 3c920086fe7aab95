import { Module } from '@nestjs/common';
import { ConnectedAgentsModule } from '../gateway/connected-agents.module.ts';
import { ResultsModule } from '../results/results.module.ts';
import { MetricsController } from './metrics.controller.ts';
import { Metrics } from './metrics.ts';

@Module({
  imports: [ConnectedAgentsModule, ResultsModule],
  controllers: [MetricsController],
  providers: [Metrics],
  exports: [Metrics],
})
export class MetricsModule {}
