import type { ServerResponse } from 'node:http';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Operation } from '../access/operation.ts';
import { Metrics } from './metrics.ts';

@ApiTags('health')
@Controller()
export class MetricsController {
  constructor(@Inject(Metrics) private readonly metrics: Metrics) {}

  @Get(['metrics', 'api/v1/metrics'])
  @Operation('getMetrics', 'Counters and durations for Prometheus: numbers only, no names of nodes or sessions')
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  async get(@Res() response: ServerResponse): Promise<void> {
    const { contentType, text } = await this.metrics.exposition();
    response.setHeader('content-type', contentType);
    response.end(text);
  }
}
