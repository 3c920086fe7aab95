import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TokenService } from '../../access/token.service.ts';
import { Visibility } from '../../access/visibility.ts';
import { LOGGER } from '../../config/tokens.ts';
import { NodeRepository, type NodeStatus } from '../../fleet/node.repository.ts';
import { matches } from '../../fleet/select.ts';
import { parseSelector } from '../../fleet/selector.ts';
import { type ConnectedAgent, ConnectedAgents } from '../../gateway/connected-agents.ts';
import { newNodeRow } from '../new-session.ts';
import { planTargets } from '../plan-targets.ts';
import type { SessionRow } from '../session.entity.ts';
import { SessionNodeRow } from '../session-node.entity.ts';
import { checkQuestion, programOf } from '../session-program.ts';
import { Settlement } from '../settlement.ts';
import { LateSessionRepository } from './late-session.repository.ts';

const checkTimeoutMs = 5_000;

/** Gives nodes that connect while a session runs their part in what is left of it, where the session wants that. */
@Injectable()
export class LateNodes {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(LateSessionRepository) private readonly sessions: LateSessionRepository,
    @Inject(NodeRepository) private readonly nodes: NodeRepository,
    @Inject(ConnectedAgents) private readonly agents: ConnectedAgents,
    @Inject(TokenService) private readonly tokens: TokenService,
    @Inject(Visibility) private readonly visibility: Visibility,
    @Inject(Settlement) private readonly settlement: Settlement,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    agents.onArrival((agent) => {
      this.arrived(agent).catch((err: unknown) => {
        this.log.error({ err, node: agent.nodeId }, 'a node that came late could not be given its part');
      });
    });
  }

  private async arrived(agent: ConnectedAgent): Promise<void> {
    const open = await this.sessions.openFor(agent.nodeId);
    if (open.length === 0) return;
    const node = await this.nodes.status(agent.nodeId);
    if (node === undefined) return;
    for (const session of open) {
      const wanted = matches(parseSelector(session.selector), node);
      if (wanted && (await this.allowed(session, node))) await this.join(session, node, agent);
    }
  }

  /** A token that is bounded to some nodes, or to so many, is so for those that come late. */
  private async allowed({ id, tokenId }: SessionRow, node: NodeStatus): Promise<boolean> {
    const holder = await this.tokens.callerById(tokenId);
    if (holder === undefined) return false;
    const { maxNodes } = holder.bounds;
    if (maxNodes !== null && (await this.sessions.targets(id, node.id)) >= maxNodes) return false;
    const nodes = await this.visibility.nodes(holder);
    return nodes === null || nodes.includes(node.id);
  }

  private async join(session: SessionRow, node: NodeStatus, agent: ConnectedAgent): Promise<void> {
    const response = await agent.ask(checkQuestion(programOf(session)), checkTimeoutMs);
    if (response === undefined && this.agents.get(node.id) === undefined) return;
    const answer = response === undefined ? { kind: 'silent' as const } : { kind: 'answered' as const, response };
    const plan = planTargets([answer]);
    const [planned] =
      plan.kind === 'run'
        ? plan.targets
        : [{ state: 'skipped' as const, reason: plan.reason, diagnostics: plan.diagnostics }];
    if (planned === undefined) return;
    const now = new Date();
    const passed = now.getTime() - (session.startedAt ?? session.createdAt).getTime();
    const left = session.durationMs - passed;
    // Less than a window is no answer.
    if (left < session.intervalMs) return;
    // It is told with the last wave: that those before fared well is not known of it.
    const row = newNodeRow(session, node, planned, session.waves - 1);
    const late = { ...row, durationMs: left, joinedAfterMs: passed, endedAt: planned.state === 'pending' ? null : now };
    const joined = await this.database.transaction(async (transaction) => {
      if (!(await this.sessions.lockOpen(transaction, session.id))) return false;
      await transaction.getRepository(SessionNodeRow).upsert(late, ['sessionId', 'nodeId']);
      await this.settlement.update(transaction, [session.id]);
      return true;
    });
    if (!joined) return;
    this.agents.refresh([node.id]);
    this.log.info({ session: session.id, node: node.id, state: planned.state, passedMs: passed }, 'a node came late');
  }
}
