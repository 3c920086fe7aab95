import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { auditOf } from '../access/audit-of.ts';
import type { Caller } from '../access/caller.ts';
import { Visibility } from '../access/visibility.ts';
import { AuditLog } from '../audit/audit-log.ts';
import { ConnectedAgents } from '../gateway/connected-agents.ts';
import { notFound } from '../problem/not-found.ts';
import { Problem } from '../problem/problem.ts';
import { NodeRepository, type NodeStatus } from './node.repository.ts';
import { matches } from './select.ts';
import { checkFields, parseSelector, type Selector } from './selector.ts';

export interface NodePage {
  readonly items: readonly NodeStatus[];
  /** Name of the last one where there are more. */
  readonly next: string | null;
}

@Injectable()
export class NodeService {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(NodeRepository) private readonly nodes: NodeRepository,
    @Inject(Visibility) private readonly visibility: Visibility,
    @Inject(ConnectedAgents) private readonly agents: ConnectedAgents,
    @Inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /**
   * The nodes that a selector chooses for a session. `all` are all that the caller may use; any other selector has to keep to
   * those, for an answer about half of what was asked for would look whole. Throws `invalid_selector`, `forbidden`.
   */
  async targets(text: string, caller: Caller): Promise<NodeStatus[]> {
    const selector = parseSelector(text);
    const { seen, beyond } = await this.choose(selector, caller);
    if (beyond && selector.length > 0) {
      throw new Problem('forbidden', 'The selector chooses nodes that the token may not use.', {
        pointer: '/nodes',
        hint: `The token is for ${caller.bounds.nodes}: add that, or write \`all\` for all that it may use.`,
      });
    }
    return seen;
  }

  /** Of the nodes that a caller may see, those that a selector chooses, by name. Throws `invalid_selector`. */
  async page(selector: string, afterName: string, limit: number, caller: Caller): Promise<NodePage> {
    const { seen } = await this.choose(parseSelector(selector), caller);
    const after = seen.filter(({ name }) => name > afterName);
    const items = after.slice(0, limit);
    return { items, next: after.length > limit ? (items.at(-1)?.name ?? null) : null };
  }

  /** Throws `not_found`. */
  async get(idOrName: string): Promise<NodeStatus> {
    const node = await this.nodes.status(idOrName);
    if (node === undefined) {
      throw notFound('node', idOrName);
    }
    return node;
  }

  /**
   * Refuses the node's certificate from now on, and ends its connection. Its name is free again; what it has delivered stays.
   * Throws `not_found`.
   */
  async revoke(idOrName: string, caller: Caller): Promise<void> {
    const { id, name } = await this.get(idOrName);
    await this.database.transaction(async (transaction) => {
      if (await this.nodes.revoke(transaction, id, new Date())) {
        await this.audit.append(transaction, auditOf(caller, 'revokeNode', id, { name }));
      }
    });
    this.agents.get(id)?.refuse('the node was revoked');
  }

  private async choose(selector: Selector, caller: Caller): Promise<{ seen: NodeStatus[]; beyond: boolean }> {
    const visible = await this.visibility.nodes(caller);
    const among = visible === null ? null : new Set(visible);
    const nodes = await this.nodes.statuses();
    const mine = among === null ? nodes : nodes.filter(({ id }) => among.has(id));
    const chosen = nodes.filter((node) => matches(selector, node));
    const seen = among === null ? chosen : chosen.filter(({ id }) => among.has(id));
    if (chosen.length === seen.length) {
      checkFields(selector, new Set(mine.flatMap(({ labels }) => Object.keys(labels))));
    }
    return { seen, beyond: chosen.length > seen.length };
  }
}
