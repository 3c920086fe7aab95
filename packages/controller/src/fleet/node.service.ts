import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../problem/problem.ts';
import { NodeRepository, type NodeStatus } from './node.repository.ts';
import { matches } from './select.ts';
import { checkFields, parseSelector } from './selector.ts';

export interface NodePage {
  readonly items: readonly NodeStatus[];
  /** Name of the last one where there are more. */
  readonly next: string | null;
}

@Injectable()
export class NodeService {
  constructor(@Inject(NodeRepository) private readonly nodes: NodeRepository) {}

  /** All nodes that a selector chooses, by name. Throws `invalid_selector`. */
  async select(text: string): Promise<NodeStatus[]> {
    const selector = parseSelector(text);
    const nodes = await this.nodes.statuses();
    checkFields(selector, new Set(nodes.flatMap(({ labels }) => Object.keys(labels))));
    return nodes.filter((node) => matches(selector, node));
  }

  async page(selector: string, afterName: string, limit: number): Promise<NodePage> {
    const after = (await this.select(selector)).filter(({ name }) => name > afterName);
    const items = after.slice(0, limit);
    return { items, next: after.length > limit ? (items.at(-1)?.name ?? null) : null };
  }

  /** Throws `not_found`. */
  async get(idOrName: string): Promise<NodeStatus> {
    const node = await this.nodes.status(idOrName);
    if (node === undefined) {
      throw new Problem('not_found', `There is no node ${JSON.stringify(idOrName.slice(0, 253))}.`);
    }
    return node;
  }
}
