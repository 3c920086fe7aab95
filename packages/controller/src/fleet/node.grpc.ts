import { NodeService as NodeRpc, timestampFromMs, unaryHandler } from '@bpfleet/contracts';
import type * as grpc from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import { TokenService } from '../access/token.service.ts';
import { authorizeCall } from '../control/authorize-call.ts';
import { problemToRpc } from '../control/problem-to-rpc.ts';
import { decodeCursor, encodeCursor } from '../paging/cursor.ts';
import { defaultPageSize, maxPageSize } from '../paging/page-query.ts';
import type { NodeStatus } from './node.repository.ts';
import { NodeService } from './node.service.ts';

/** `control.v1.NodeService`: the same as REST says. */
@Injectable()
export class NodeGrpc {
  readonly service = NodeRpc;

  constructor(
    @Inject(NodeService) private readonly nodes: NodeService,
    @Inject(TokenService) private readonly tokens: TokenService,
  ) {}

  handlers(): grpc.UntypedServiceImplementation {
    return {
      getNode: unaryHandler(NodeRpc.method.getNode, ({ node }, { metadata }) =>
        problemToRpc(async () => {
          await authorizeCall(this.tokens, metadata, 'read');
          return { node: nodeMessage(await this.nodes.get(node)) };
        }),
      ),
      listNodes: unaryHandler(NodeRpc.method.listNodes, ({ selector, pageSize, pageToken }, { metadata }) =>
        problemToRpc(async () => {
          await authorizeCall(this.tokens, metadata, 'read');
          const [after = ''] = pageToken === '' ? [] : decodeCursor(pageToken, 1);
          const limit = Math.min(pageSize || defaultPageSize, maxPageSize);
          const { items, next } = await this.nodes.page(selector, after, limit);
          return { nodes: items.map(nodeMessage), nextPageToken: next === null ? '' : encodeCursor([next]) };
        }),
      ),
    };
  }
}

function nodeMessage(node: NodeStatus) {
  const { id, name, arch, kernel, labels, features, missing, cpus, agentVersion, running } = node;
  return {
    id,
    name,
    arch,
    kernel,
    labels,
    features,
    missing,
    cpus,
    agentVersion,
    running,
    state: node.online ? 'online' : 'offline',
    address: node.address ?? '',
    memoryBytes: BigInt(node.memoryBytes),
    enrolledAt: timestampFromMs(node.enrolledAt.getTime()),
    ...(node.lastSeenAt === null ? {} : { lastSeenAt: timestampFromMs(node.lastSeenAt.getTime()) }),
  };
}
