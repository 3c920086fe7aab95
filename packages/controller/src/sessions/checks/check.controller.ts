import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../../access/caller.ts';
import { CurrentCaller } from '../../access/current-caller.ts';
import { Operation } from '../../access/operation.ts';
import { ApiProblem } from '../../openapi/api-problem.ts';
import { ToolCatalog } from '../../tools/tool-catalog.ts';
import { requestedProgram } from '../session-request.ts';
import { CheckedBody, CheckProgramBody } from './check.body.ts';
import { CheckService } from './check.service.ts';

@ApiTags('checks')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/checks')
export class CheckController {
  constructor(
    @Inject(CheckService) private readonly checks: CheckService,
    @Inject(ToolCatalog) private readonly tools: ToolCatalog,
  ) {}

  @Post()
  @HttpCode(200)
  @Operation('checkProgram', 'Would a program load on the nodes that a selector chooses?')
  @ApiOkResponse({ standardSchema: CheckedBody })
  async check(
    @Body({ schema: CheckProgramBody }) body: CheckProgramBody,
    @CurrentCaller() caller: Caller,
  ): Promise<CheckedBody> {
    return { items: await this.checks.check(requestedProgram(body.program, this.tools), body.nodes, caller) };
  }
}
