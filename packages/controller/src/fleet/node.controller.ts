import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.ts';
import { CurrentCaller } from '../access/current-caller.ts';
import { Operation } from '../access/operation.ts';
import { ApiProblem } from '../openapi/api-problem.ts';
import { decodeCursor, encodeCursor } from '../paging/cursor.ts';
import { NodeBody, NodeListBody, NodesQuery } from './node.body.ts';
import type { NodeStatus } from './node.repository.ts';
import { NodeService } from './node.service.ts';

@ApiTags('nodes')
@ApiBearerAuth()
@ApiProblem()
@Controller('api/v1/nodes')
export class NodeController {
  constructor(@Inject(NodeService) private readonly nodes: NodeService) {}

  @Get()
  @Operation('listNodes', 'Nodes that a selector chooses, by name')
  @ApiOkResponse({ standardSchema: NodeListBody })
  async list(@Query({ schema: NodesQuery }) query: NodesQuery, @CurrentCaller() caller: Caller) {
    const [after = ''] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 1);
    const { items, next } = await this.nodes.page(query.selector, after, query.limit, caller);
    return { items: items.map(nodeBody), nextCursor: next === null ? null : encodeCursor([next]) };
  }

  @Get(':node')
  @Operation('getNode', 'A node, by identifier or name')
  @ApiOkResponse({ standardSchema: NodeBody })
  async get(@Param('node') node: string): Promise<NodeBody> {
    return nodeBody(await this.nodes.get(node));
  }

  @Post(':node/revoke')
  @HttpCode(204)
  @Operation('revokeNode', 'End the connection of a node and refuse its certificate from now on')
  @ApiNoContentResponse()
  async revoke(@Param('node') node: string, @CurrentCaller() caller: Caller): Promise<void> {
    await this.nodes.revoke(node, caller);
  }
}

function nodeBody(node: NodeStatus): NodeBody {
  return {
    id: node.id,
    name: node.name,
    arch: node.arch,
    kernel: node.kernel,
    labels: node.labels,
    features: node.features,
    missing: node.missing,
    state: node.online ? 'online' : 'offline',
    address: node.address,
    cpus: node.cpus,
    memoryBytes: node.memoryBytes,
    agentVersion: node.agentVersion,
    enrolledAt: node.enrolledAt.toISOString(),
    lastSeenAt: node.lastSeenAt?.toISOString() ?? null,
    running: node.running,
  };
}
