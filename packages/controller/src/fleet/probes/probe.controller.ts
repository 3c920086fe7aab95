import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../../access/caller.ts';
import { CurrentCaller } from '../../access/current-caller.ts';
import { Operation } from '../../access/operation.ts';
import { ApiProblem } from '../../openapi/api-problem.ts';
import { ProbeListBody, ProbesQuery } from './probe.body.ts';
import { ProbeFinder } from './probe-finder.ts';

@ApiTags('nodes')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/probes')
export class ProbeController {
  constructor(@Inject(ProbeFinder) private readonly finder: ProbeFinder) {}

  @Get()
  @Operation('findProbes', 'Probes that match a pattern, and on how many nodes they are')
  @ApiOkResponse({ standardSchema: ProbeListBody })
  find(@Query({ schema: ProbesQuery }) query: ProbesQuery, @CurrentCaller() caller: Caller): Promise<ProbeListBody> {
    const { pattern, nodes: selector, limit } = query;
    return this.finder.find({ pattern, selector, limit, arguments: query.arguments === 'true' }, caller);
  }
}
