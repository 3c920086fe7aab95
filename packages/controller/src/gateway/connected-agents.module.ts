import { Module } from '@nestjs/common';
import { ConnectedAgents } from './connected-agents.ts';
import { GatewayCounters } from './gateway-counters.ts';

/** What other modules may know of the gateway. Apart from it, because it needs those modules itself. */
@Module({ providers: [ConnectedAgents, GatewayCounters], exports: [ConnectedAgents, GatewayCounters] })
export class ConnectedAgentsModule {}
