import { randomBytes } from 'node:crypto';
import { formatShare, type Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { auditOf } from '../access/audit-of.ts';
import type { Caller } from '../access/caller.ts';
import { boundLate, boundRequest, boundTargets } from '../access/token-bounds.ts';
import { Visibility } from '../access/visibility.ts';
import { AuditLog } from '../audit/audit-log.ts';
import { LOGGER } from '../config/tokens.ts';
import { Hints } from '../database/hints.ts';
import { isUniqueViolation } from '../database/unique-violation.ts';
import { isUuid } from '../database/uuid.ts';
import type { NodeStatus } from '../fleet/node.repository.ts';
import { NodeService } from '../fleet/node.service.ts';
import { type NodeAnswer, NodeQuestions } from '../gateway/node-questions.ts';
import { questionMs } from '../gateway/question.repository.ts';
import type { TimeCursor } from '../paging/cursor.ts';
import { notFound } from '../problem/not-found.ts';
import { Problem, type ProblemDiagnostic } from '../problem/problem.ts';
import { type NewSession, newSessionRows, requestDigest, type ScheduledFor } from './new-session.ts';
import type { NodeAccount } from './node-account.ts';
import { type PlannedTarget, planTargets } from './plan-targets.ts';
import { toProblemDiagnostics } from './program-diagnostics.ts';
import { type Place, SessionQueue } from './queue/session-queue.ts';
import type { SessionRow } from './session.entity.ts';
import { SessionRepository } from './session.repository.ts';
import { SessionFeed } from './session-feed.ts';
import {
  boundedProgram,
  checkProgram,
  checkQuestion,
  programBytes,
  programPointer,
  type SessionProgram,
} from './session-program.ts';
import { Settlement } from './settlement.ts';
import { takeSample } from './targeting/sample.ts';

/** Room is left for another that is created at the same time: a message has at most 8 MiB. */
const maxProgramBytes = 5 * 1024 * 1024;

@Injectable()
export class SessionService {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(SessionRepository) private readonly sessions: SessionRepository,
    @Inject(NodeService) private readonly nodes: NodeService,
    @Inject(NodeQuestions) private readonly questions: NodeQuestions,
    @Inject(Hints) private readonly hints: Hints,
    @Inject(Settlement) private readonly settlement: Settlement,
    @Inject(SessionFeed) private readonly feed: SessionFeed,
    @Inject(Visibility) private readonly visibility: Visibility,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(SessionQueue) private readonly queue: SessionQueue,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * Checks a request here and on the nodes, and starts it. Nothing is stored or attached where it throws: Problem
   * `invalid_program`, `invalid_selector`, `no_matching_node`, `idempotency_conflict`; `forbidden` where the token is bounded.
   */
  async create(request: NewSession): Promise<SessionRow> {
    const repeated = await this.repeated(request);
    if (repeated !== undefined) {
      return repeated;
    }
    const { caller, durationMs } = request;
    const asked = { ...boundedProgram(request.program), durationMs, overhead: request.overhead };
    const { overhead } = boundRequest(caller.bounds, asked);
    boundLate(caller.bounds, request.course.late);
    const known = checkProgram(request.program);
    this.requireBudget(request);
    const { targets, sample } = await this.choose(request);
    if (targets.length === 0) {
      throw new Problem('no_matching_node', `No node matches the selector ${JSON.stringify(request.selector)}.`, {
        pointer: '/nodes',
        hint: '`bpfleet nodes` lists the nodes, their labels and features.',
      });
    }
    boundTargets(caller.bounds, targets.length);
    await this.requireRoom(targets, request.program);
    const answers = await this.questions.ask(targets, checkQuestion(request.program), questionMs);
    const plan = planTargets(answers);
    if (plan.kind === 'refused') {
      throw new Problem('invalid_program', plan.reason, {
        pointer: programPointer(request.program),
        diagnostics: plan.diagnostics,
      });
    }
    // What a script is warned of is known here; of an object only the nodes can tell.
    const warnings = request.program.kind === 'object' ? warningsOf(answers) : known;
    const chosen = targets.map((node, index) => ({ node, target: plan.targets[index] as PlannedTarget }));
    const { session, nodes } = newSessionRows({ ...request, overhead }, chosen, { warnings, sample, now: new Date() });
    try {
      await this.database.transaction(async (transaction) => {
        await this.sessions.insert(transaction, session, nodes);
        await this.queue.admit(transaction, session.createdAt);
        await this.settlement.update(transaction, [session.id]);
        await this.audit.append(transaction, auditOf(caller, 'createSession', session.id, whatRuns(session, targets)));
      });
    } catch (error) {
      const first = isUniqueViolation(error) ? await this.repeated(request) : undefined;
      if (first === undefined) {
        throw error;
      }
      return first;
    }
    this.hints.publish('assignments', session.id);
    this.log.info({ session: session.id, targets: targets.length }, 'session created');
    return this.get(session.id);
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<SessionRow> {
    const session = isUuid(id) ? await this.sessions.find(id) : null;
    if (session === null) {
      throw notFound('session', id);
    }
    return session;
  }

  /** Those that a caller may see, newest first; of one schedule where one is named. */
  async page(
    caller: Caller,
    limit: number,
    before: TimeCursor | undefined,
    scheduleId: string | null = null,
  ): Promise<SessionRow[]> {
    return this.sessions.page(limit, before, scheduleId, await this.visibility.nodes(caller));
  }

  /** Cancels the sessions of a schedule that were due before `due` and have not ended. */
  async cancelEarlier({ scheduleId, due }: ScheduledFor, caller: Caller): Promise<void> {
    for (const id of await this.sessions.unendedBefore(scheduleId, due)) {
      await this.cancel(id, caller);
    }
  }

  /** Where it is in the queue; null where it does not wait. */
  place({ id, wave, endedAt }: SessionRow): Promise<Place | null> {
    return wave < 0 && endedAt === null ? this.queue.place(id) : Promise.resolve(null);
  }

  accounts(sessionId: string, page?: { afterName: string; limit: number }): Promise<NodeAccount[]> {
    return this.sessions.accounts(sessionId, page);
  }

  /** What was told when it was made, and what its nodes have found out since. */
  async warnings({ id, warnings }: SessionRow): Promise<ProblemDiagnostic[]> {
    return uniqueWarnings([...warnings, ...(await this.sessions.nodeWarnings(id))]);
  }

  states(sessionIds: readonly string[]) {
    return this.sessions.states(sessionIds);
  }

  /** Has the nodes detach; the session ends when they have told what they have. No error where it has ended. */
  async cancel(id: string, caller: Caller): Promise<SessionRow> {
    await this.get(id);
    const cancelled = await this.database.transaction(async (transaction) => {
      const done = await this.sessions.cancel(transaction, id, new Date());
      if (done) {
        await this.settlement.update(transaction, [id]);
        await this.audit.append(transaction, auditOf(caller, 'cancelSession', id));
      }
      return done;
    });
    if (cancelled) {
      this.hints.publish('assignments', id);
      this.feed.changed(id);
      this.log.info({ session: id }, 'session cancelled');
    }
    return this.get(id);
  }

  private requireBudget({ overhead }: NewSession): void {
    const budget = this.queue.capacity.overhead;
    if (overhead <= budget) return;
    const detail = `The limit of overhead is more than the ${formatShare(budget)} that a node gives to all sessions.`;
    throw new Problem('invalid_request', detail, { pointer: '/limits/overhead' });
  }

  /** The nodes that the session is for, by name. */
  private async choose({ selector, caller, course: { sampling } }: NewSession) {
    const nodes = await this.nodes.targets(selector, caller);
    if (sampling === null) return { targets: nodes, sample: null };
    const seed = sampling.seed ?? randomBytes(8).toString('hex');
    const targets = takeSample(nodes, sampling, seed);
    return { targets, sample: { seed, of: nodes.length, nodes: targets.length } };
  }

  private async repeated(request: NewSession): Promise<SessionRow | undefined> {
    if (request.idempotencyKey === null) {
      return undefined;
    }
    const first = await this.sessions.findByKey(request.caller.tokenId, request.idempotencyKey);
    if (first !== null && first.requestDigest !== requestDigest(request)) {
      throw new Problem('idempotency_conflict', 'This key was used for another request before.', {
        hint: 'Use a new key for a new request.',
      });
    }
    return first ?? undefined;
  }

  /** All programs that a node is to run come to it in one message, and that is bounded. */
  private async requireRoom(targets: readonly NodeStatus[], program: SessionProgram): Promise<void> {
    const running = await this.sessions.programBytes(
      targets.map(({ id }) => id),
      new Date(),
    );
    if (running + programBytes(program).length > maxProgramBytes) {
      const bound = `the programs that one node runs at a time may have ${maxProgramBytes} bytes together`;
      throw new Problem('payload_too_large', `The program does not fit beside those that run: ${bound}.`, {
        pointer: programPointer(program),
        hint: 'End another session first: `bpfleet sessions` lists them.',
      });
    }
  }
}

/** For the audit log. */
function whatRuns(session: SessionRow, targets: readonly NodeStatus[]) {
  const { programDigest, selector, durationMs, scheduleId } = session;
  const schedule = scheduleId === null ? {} : { schedule: scheduleId };
  return { program: programDigest, nodes: selector, targets: targets.length, durationMs, ...schedule };
}

/** What the nodes warn of, each warning once. */
function warningsOf(answers: readonly NodeAnswer[]): ProblemDiagnostic[] {
  const told = answers.flatMap((answer) =>
    answer.kind === 'answered' ? toProblemDiagnostics(answer.response.diagnostics) : [],
  );
  return uniqueWarnings(told.filter(({ severity }) => severity === 'warning'));
}

function uniqueWarnings(warnings: readonly ProblemDiagnostic[]): ProblemDiagnostic[] {
  return [...new Map(warnings.map((each) => [each.message, each])).values()];
}
