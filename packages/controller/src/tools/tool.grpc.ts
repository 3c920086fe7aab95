import { ToolService as ToolRpc } from '@bpfleet/contracts';
import type { Tool, ToolParameter } from '@bpfleet/tools';
import { Inject, Injectable } from '@nestjs/common';
import type { ControlMethods, ControlPart } from '../control/control-part.ts';
import { decodeCursor, encodeCursor } from '../paging/cursor.ts';
import { pageOf } from '../paging/page-of.ts';
import { pageSize } from '../paging/page-query.ts';
import { ToolCatalog } from './tool-catalog.ts';

/** `control.v1.ToolService`: the same as REST says. */
@Injectable()
export class ToolGrpc implements ControlPart<typeof ToolRpc> {
  readonly service = ToolRpc;
  readonly methods: ControlMethods<typeof ToolRpc> = {
    listTools: async (request) => {
      const limit = pageSize(request);
      const [afterName = ''] = request.pageToken === '' ? [] : decodeCursor(request.pageToken, 1);
      const found = this.catalog.page(limit + 1, afterName);
      const { items, nextCursor } = pageOf(found, limit, ({ manifest }) => encodeCursor([manifest.name]));
      return { tools: items.map(brief), nextPageToken: nextCursor ?? '', libraryVersion: this.catalog.version };
    },
    getTool: async ({ name }) => ({ tool: message(this.catalog.get(name)) }),
  };

  constructor(@Inject(ToolCatalog) private readonly catalog: ToolCatalog) {}
}

function message(tool: Tool) {
  const { parameters, outputs, columns = [], related, example } = tool.manifest;
  return {
    summary: brief(tool),
    parameters: parameters.map(parameterMessage),
    outputs: outputs.map(({ map, summary, unit = '', keys }) => ({ map, summary, unit, keys })),
    columns,
    variants: tool.variants.map(({ name, source, kernels, needs = '', arch = [] }) => ({
      name,
      script: source ?? '',
      needs,
      kernels,
      arch,
    })),
    related,
    example,
    documentation: tool.documentation,
  };
}

function parameterMessage(parameter: ToolParameter) {
  const { name, type, summary, position = 0, optional = false } = parameter;
  return {
    ...{ name, type, summary, position, optional },
    ...(parameter.default === undefined ? {} : { defaultValue: String(parameter.default) }),
    ...(parameter.type === 'integer' && { min: BigInt(parameter.min), max: BigInt(parameter.max) }),
    ...(parameter.type === 'choice' && { choices: parameter.choices }),
    ...(parameter.type === 'string' && { maxLength: parameter.maxLength }),
  };
}

function brief({ manifest: { name, summary, area, overhead }, digest }: Tool) {
  return { name, summary, area, overhead, digest };
}
