import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../access/access-guard.ts';
import { ApiProblem } from '../../openapi/api-problem.ts';
import { requestedProgram } from '../session-request.ts';
import { CheckedBody, CheckProgramBody } from './check.body.ts';
import { CheckService } from './check.service.ts';

@ApiTags('checks')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/checks')
export class CheckController {
  constructor(@Inject(CheckService) private readonly checks: CheckService) {}

  @Post()
  @HttpCode(200)
  @Requires('run')
  @ApiOperation({ operationId: 'checkProgram', summary: 'Would a program load on the nodes that a selector chooses?' })
  @ApiOkResponse({ standardSchema: CheckedBody })
  async check(@Body({ schema: CheckProgramBody }) body: CheckProgramBody): Promise<CheckedBody> {
    return { items: await this.checks.check(requestedProgram(body.program), body.nodes) };
  }
}
