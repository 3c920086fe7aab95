import { NodeService as NodeRpc, timestampFromMs } from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { ControlMethods, ControlPart } from '../control/control-part.ts';
import { decodeCursor, encodeCursor } from '../paging/cursor.ts';
import { pageSize } from '../paging/page-query.ts';
import type { NodeStatus } from './node.repository.ts';
import { NodeService } from './node.service.ts';
import { defaultProbes, maxProbes } from './probes/probe.body.ts';
import { ProbeFinder } from './probes/probe-finder.ts';

/** `control.v1.NodeService`: the same as REST says. */
@Injectable()
export class NodeGrpc implements ControlPart<typeof NodeRpc> {
  readonly service = NodeRpc;
  readonly methods: ControlMethods<typeof NodeRpc> = {
    getNode: async ({ node }) => ({ node: nodeMessage(await this.nodes.get(node)) }),
    listNodes: async (request, caller) => {
      const [after = ''] = request.pageToken === '' ? [] : decodeCursor(request.pageToken, 1);
      const { items, next } = await this.nodes.page(request.selector, after, pageSize(request), caller);
      return { nodes: items.map(nodeMessage), nextPageToken: next === null ? '' : encodeCursor([next]) };
    },
    revokeNode: async ({ node }, caller) => {
      await this.nodes.revoke(node, caller);
      return {};
    },
    findProbes: async ({ pattern, selector, arguments: withArguments, limit }, caller) => {
      const { items, nodes, more } = await this.probes.find(
        {
          pattern,
          selector: selector === '' ? 'all' : selector,
          limit: limit === 0 ? defaultProbes : Math.min(limit, maxProbes),
          arguments: withArguments,
        },
        caller,
      );
      return { probes: items, ...nodes, more };
    },
  };

  constructor(
    @Inject(NodeService) private readonly nodes: NodeService,
    @Inject(ProbeFinder) private readonly probes: ProbeFinder,
  ) {}
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
