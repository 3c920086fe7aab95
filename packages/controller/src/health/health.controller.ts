import type { ServerResponse } from 'node:http';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Operation } from '../access/operation.ts';
import { ConnectedAgents } from '../gateway/connected-agents.ts';
import { GatewayCounters } from '../gateway/gateway-counters.ts';

const HealthBody = z
  .object({
    status: z.literal('ok'),
    agents: z.object({ connected: z.int() }),
    frames: z
      .object({ stored: z.int(), duplicate: z.int(), refused: z.int() })
      .describe('Since this controller started.'),
  })
  .meta({ id: 'Health' });

const ReadyBody = z
  .object({ status: z.enum(['ready', 'unavailable']), database: z.enum(['up', 'down']) })
  .meta({ id: 'Ready' });

const databaseTimeoutMs = 2_000;

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ConnectedAgents) private readonly agents: ConnectedAgents,
    @Inject(GatewayCounters) private readonly counters: GatewayCounters,
  ) {}

  @Get(['healthz', 'api/v1/healthz'])
  @Operation('getHealth', 'The process is alive')
  @ApiOkResponse({ standardSchema: HealthBody })
  health(): z.infer<typeof HealthBody> {
    const { stored, duplicate, refused } = this.counters;
    return { status: 'ok', agents: { connected: this.agents.count }, frames: { stored, duplicate, refused } };
  }

  @Get(['readyz', 'api/v1/readyz'])
  @Operation('getReadiness', 'The database answers')
  @ApiOkResponse({ standardSchema: ReadyBody })
  @ApiServiceUnavailableResponse({ standardSchema: ReadyBody })
  async ready(@Res({ passthrough: true }) response: ServerResponse): Promise<z.infer<typeof ReadyBody>> {
    const up = await this.databaseAnswers();
    response.statusCode = up ? 200 : 503;
    return { status: up ? 'ready' : 'unavailable', database: up ? 'up' : 'down' };
  }

  private async databaseAnswers(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('late')), databaseTimeoutMs);
    });
    try {
      await Promise.race([this.database.query('select 1'), late]);
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}
