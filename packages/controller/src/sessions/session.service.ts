import { createHash, randomUUID } from 'node:crypto';
import { compile, permissiveEnv } from '@bpfleet/compiler';
import { CheckRequestSchema, create } from '@bpfleet/contracts';
import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LOGGER } from '../config/tokens.ts';
import type { NodeStatus } from '../fleet/node.repository.ts';
import { NodeService } from '../fleet/node.service.ts';
import { ConnectedAgents } from '../gateway/connected-agents.ts';
import type { TimeCursor } from '../paging/cursor.ts';
import { Problem, type ProblemDiagnostic } from '../problem/problem.ts';
import type { NodeAccount } from './node-account.ts';
import { type CheckAnswer, type PlannedTarget, planTargets } from './plan-targets.ts';
import { fromCompiler } from './program-diagnostics.ts';
import type { SessionRow } from './session.entity.ts';
import { SessionRepository } from './session.repository.ts';
import { SessionFeed } from './session-feed.ts';
import type { SessionNodeRow } from './session-node.entity.ts';
import { Settlement } from './settlement.ts';

/** How long nodes may take from the assignment until they are attached. */
const attachMs = 10_000;
const checkTimeoutMs = 5_000;
const maxProbes = 100_000;
const uniqueViolation = '23505';

/** A request for a session, its durations in milliseconds and within bounds. */
export interface NewSession {
  readonly source: string;
  readonly selector: string;
  readonly durationMs: number;
  readonly intervalMs: number;
  /** 0: the agent's own default. */
  readonly mapBytes: number;
  readonly probes: number;
  readonly tokenId: string;
  /** The caller's own name for this request: repeating both gives the first session. */
  readonly idempotencyKey: string | null;
}

@Injectable()
export class SessionService {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(SessionRepository) private readonly sessions: SessionRepository,
    @Inject(NodeService) private readonly nodes: NodeService,
    @Inject(ConnectedAgents) private readonly agents: ConnectedAgents,
    @Inject(Settlement) private readonly settlement: Settlement,
    @Inject(SessionFeed) private readonly feed: SessionFeed,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * Checks a request here and on the nodes, and starts it. Nothing is stored or attached where it throws: Problem
   * `invalid_program`, `invalid_selector`, `no_matching_node`, `idempotency_conflict`.
   */
  async create(request: NewSession): Promise<SessionRow> {
    const repeated = await this.repeated(request);
    if (repeated !== undefined) {
      return repeated;
    }
    const warnings = checkProgram(request.source);
    const targets = await this.nodes.select(request.selector);
    if (targets.length === 0) {
      throw new Problem('no_matching_node', `No node matches the selector ${JSON.stringify(request.selector)}.`, {
        pointer: '/nodes',
        hint: '`bpfleet nodes` lists the nodes, their labels and features.',
      });
    }
    const plan = planTargets(await this.check(targets, request.source));
    if (plan.kind === 'refused') {
      throw new Problem('invalid_program', plan.reason, { pointer: '/program/source', diagnostics: plan.diagnostics });
    }
    const session = newRow(request, warnings, new Date());
    const nodes = targets.map((node, index) => newNode(session, node, plan.targets[index] as PlannedTarget));
    try {
      await this.database.transaction(async (transaction) => {
        await this.sessions.insert(transaction, session, nodes);
        await this.settlement.update(transaction, session.id);
      });
    } catch (error) {
      const first = (error as { code?: unknown }).code === uniqueViolation ? await this.repeated(request) : undefined;
      if (first === undefined) {
        throw error;
      }
      return first;
    }
    this.agents.refresh(targets.map(({ id }) => id));
    this.log.info({ session: session.id, targets: targets.length }, 'session created');
    return this.get(session.id);
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<SessionRow> {
    const session = isUuid(id) ? await this.sessions.find(id) : null;
    if (session === null) {
      throw new Problem('not_found', `There is no session ${JSON.stringify(id.slice(0, 64))}.`);
    }
    return session;
  }

  page(limit: number, before: TimeCursor | undefined): Promise<SessionRow[]> {
    return this.sessions.page(limit, before);
  }

  accounts(sessionId: string, page?: { afterName: string; limit: number }): Promise<NodeAccount[]> {
    return this.sessions.accounts(sessionId, page);
  }

  states(sessionIds: readonly string[]) {
    return this.sessions.states(sessionIds);
  }

  /** Has the nodes detach; the session ends when they have told what they have. No error where it has ended. */
  async cancel(id: string): Promise<SessionRow> {
    await this.get(id);
    if (await this.sessions.cancel(id, new Date())) {
      this.agents.refresh(await this.sessions.targets(id));
      this.feed.changed(id);
      this.log.info({ session: id }, 'session cancelled');
    }
    return this.get(id);
  }

  private async repeated(request: NewSession): Promise<SessionRow | undefined> {
    if (request.idempotencyKey === null) {
      return undefined;
    }
    const first = await this.sessions.findByKey(request.tokenId, request.idempotencyKey);
    if (first !== null && first.requestDigest !== requestDigest(request)) {
      throw new Problem('idempotency_conflict', 'This key was used for another request before.', {
        hint: 'Use a new key for a new request.',
      });
    }
    return first ?? undefined;
  }

  /** Asks every connected target at once. */
  private check(targets: readonly NodeStatus[], script: string): Promise<CheckAnswer[]> {
    const request = create(CheckRequestSchema, { program: { source: { case: 'script', value: script } } });
    return Promise.all(
      targets.map(async ({ id }): Promise<CheckAnswer> => {
        const agent = this.agents.get(id);
        if (agent === undefined) {
          return { kind: 'offline' };
        }
        const response = await agent.check(request, checkTimeoutMs);
        if (response !== undefined) {
          return { kind: 'answered', response };
        }
        return this.agents.get(id) === undefined ? { kind: 'offline' } : { kind: 'silent' };
      }),
    );
  }
}

/** Compiles without a kernel. Returns the warnings; throws `invalid_program`. */
function checkProgram(source: string): ProblemDiagnostic[] {
  const diagnostics = fromCompiler(compile(source, permissiveEnv()).diagnostics);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const detail = errors.length === 1 ? (errors[0]?.message ?? '') : `The program has ${errors.length} errors.`;
    throw new Problem('invalid_program', detail, { pointer: '/program/source', diagnostics });
  }
  return diagnostics;
}

function newRow(request: NewSession, warnings: ProblemDiagnostic[], now: Date): SessionRow {
  return {
    id: randomUUID(),
    state: 'pending',
    programSource: request.source,
    programDigest: `sha256:${sha256(request.source)}`,
    selector: request.selector,
    intervalMs: request.intervalMs,
    durationMs: request.durationMs,
    mapBytes: request.mapBytes,
    probes: Math.min(request.probes, maxProbes),
    warnings,
    createdAt: now,
    startedAt: null,
    endedAt: null,
    deadline: new Date(now.getTime() + attachMs + request.durationMs),
    cancelledAt: null,
    tokenId: request.tokenId,
    idempotencyKey: request.idempotencyKey,
    requestDigest: requestDigest(request),
  };
}

function newNode(session: SessionRow, node: NodeStatus, target: PlannedTarget): SessionNodeRow {
  return {
    sessionId: session.id,
    nodeId: node.id,
    name: node.name,
    arch: node.arch,
    kernel: node.kernel,
    labels: node.labels,
    state: target.state,
    reason: target.reason,
    diagnostics: target.diagnostics,
    maps: null,
    attachedAt: null,
    attachUs: null,
    connectionLostAt: null,
    endedAt: target.state === 'pending' ? null : session.createdAt,
  };
}

function requestDigest(request: NewSession): string {
  const { source, selector, durationMs, intervalMs, mapBytes, probes } = request;
  return sha256(JSON.stringify([source, selector, durationMs, intervalMs, mapBytes, probes]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}
