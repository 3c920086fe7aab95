import type { Tool } from '@bpfleet/tools';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Operation } from '../access/operation.ts';
import { ApiProblem } from '../openapi/api-problem.ts';
import { decodeCursor, encodeCursor } from '../paging/cursor.ts';
import { pageOf } from '../paging/page-of.ts';
import { PageQuery } from '../paging/page-query.ts';
import { ToolBody, ToolListBody } from './tool.body.ts';
import { ToolCatalog } from './tool-catalog.ts';

@ApiTags('tools')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/tools')
export class ToolController {
  constructor(@Inject(ToolCatalog) private readonly catalog: ToolCatalog) {}

  @Get()
  @Operation('listTools', 'Canned tools that a session may run by name, by name')
  @ApiOkResponse({ standardSchema: ToolListBody })
  list(@Query({ schema: PageQuery }) query: PageQuery): ToolListBody {
    const [afterName = ''] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 1);
    const found = this.catalog.page(query.limit + 1, afterName);
    const { items, nextCursor } = pageOf(found, query.limit, ({ manifest }) => encodeCursor([manifest.name]));
    return { items: items.map(brief), version: this.catalog.version, nextCursor };
  }

  @Get(':name')
  @Operation('getTool', 'A tool with its parameters, outputs, scripts and documentation')
  @ApiOkResponse({ standardSchema: ToolBody })
  get(@Param('name') name: string): ToolBody {
    const tool = this.catalog.get(name);
    const { parameters, outputs, columns = null, related, example } = tool.manifest;
    const variants = tool.variants.map(({ name: variant, source, kernels, arch = [], needs = '' }) => ({
      name: variant,
      source,
      kernels,
      arch,
      needs,
    }));
    const { documentation } = tool;
    return { ...brief(tool), parameters, outputs, columns, variants, related, example, documentation };
  }
}

function brief({ manifest: { name, summary, area, overhead }, digest }: Tool) {
  return { name, summary, area, overhead, digest };
}
