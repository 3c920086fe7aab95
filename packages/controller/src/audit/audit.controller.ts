import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Operation } from '../access/operation.ts';
import { ApiProblem } from '../openapi/api-problem.ts';
import { decodeNumberCursor, encodeCursor } from '../paging/cursor.ts';
import { pageOf } from '../paging/page-of.ts';
import { PageQuery } from '../paging/page-query.ts';
import { AuditCheckBody, AuditCheckQuery, AuditListBody } from './audit.body.ts';
import { AuditLog, type ChainHead } from './audit-log.ts';

@ApiTags('audit')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/audit')
export class AuditController {
  constructor(@Inject(AuditLog) private readonly audit: AuditLog) {}

  @Get()
  @Operation('listAudit', 'Who did what where, newest first')
  @ApiOkResponse({ standardSchema: AuditListBody })
  async list(@Query({ schema: PageQuery }) query: PageQuery) {
    const found = await this.audit.page(query.limit + 1, decodeNumberCursor(query.cursor));
    return pageOf(
      found.map(({ at, detail, hash, ...entry }) => ({
        ...entry,
        at: at.toISOString(),
        detail: JSON.parse(detail) as Record<string, unknown>,
        hash: hash.toString('hex'),
      })),
      query.limit,
      ({ seq }) => encodeCursor([String(seq)]),
    );
  }

  @Get('check')
  @Operation('checkAudit', 'Whether every entry follows from those before it; reads the whole log')
  @ApiOkResponse({ standardSchema: AuditCheckBody })
  check(@Query({ schema: AuditCheckQuery }) { noted }: AuditCheckQuery) {
    return this.audit.check(noted === undefined ? null : headOf(noted));
  }
}

function headOf(noted: string): ChainHead {
  const [seq = '', hash = ''] = noted.split(':');
  return { seq: Number(seq), hash };
}
