import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.ts';
import { CurrentCaller } from '../access/current-caller.ts';
import { Operation } from '../access/operation.ts';
import { ApiProblem } from '../openapi/api-problem.ts';
import { PageQuery } from '../paging/page-query.ts';
import { ProgramListBody, type ProgramRecordBody, ProgramTextBody } from './program.body.ts';
import type { ProgramRecord } from './program.repository.ts';
import { ProgramService } from './program.service.ts';

@ApiTags('programs')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/programs')
export class ProgramController {
  constructor(@Inject(ProgramService) private readonly programs: ProgramService) {}

  @Get()
  @Operation('listPrograms', 'Programs that sessions ran, the last used first')
  @ApiOkResponse({ standardSchema: ProgramListBody })
  async list(@Query({ schema: PageQuery }) query: PageQuery, @CurrentCaller() caller: Caller) {
    const { items, nextCursor } = await this.programs.page(caller, query.limit, query.cursor);
    return { items: items.map(recordBody), nextCursor };
  }

  @Get(':digest')
  @Operation('getProgram', 'A program, by its digest')
  @ApiOkResponse({ standardSchema: ProgramTextBody })
  async get(@Param('digest') digest: string, @CurrentCaller() caller: Caller) {
    const { program, ...record } = await this.programs.get(caller, digest);
    return {
      ...recordBody(record),
      source: program.kind === 'script' ? program.source : null,
      arguments: program.kind === 'script' ? program.arguments : [],
      object: program.kind === 'object' ? Buffer.from(program.object).toString('base64') : null,
    };
  }
}

function recordBody({ digest, kind, bytes, sessions, firstUsedAt, lastUsedAt }: ProgramRecord): ProgramRecordBody {
  const [first, last] = [firstUsedAt.toISOString(), lastUsedAt.toISOString()];
  return { digest, kind, bytes, sessions, firstUsedAt: first, lastUsedAt: last };
}
