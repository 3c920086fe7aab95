import { Module } from '@nestjs/common';
import { ConnectedAgents } from './connected-agents.ts';
import { GatewayCounters } from './gateway-counters.ts';
import { NodeQuestions } from './node-questions.ts';
import { QuestionRepository } from './question.repository.ts';

/** What other modules may know of the gateway. Apart from it, because it needs those modules itself. */
@Module({
  providers: [ConnectedAgents, GatewayCounters, NodeQuestions, QuestionRepository],
  exports: [ConnectedAgents, GatewayCounters, NodeQuestions],
})
export class ConnectedAgentsModule {}
