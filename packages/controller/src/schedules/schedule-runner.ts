import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { AccessControl } from '../access/access-control.ts';
import { allows } from '../access/role.ts';
import { TokenService } from '../access/token.service.ts';
import { LOGGER } from '../config/tokens.ts';
import { Periodic } from '../periodic.ts';
import type { Problem } from '../problem/problem.ts';
import { toProblem } from '../problem/to-problem.ts';
import { SessionService } from '../sessions/session.service.ts';
import { FiringRepository } from './firing.repository.ts';
import type { FiringKey } from './firing.ts';
import { ScheduleRepository } from './schedule.repository.ts';
import { scheduledRequest } from './scheduled-request.ts';

const lookEveryMs = 500;
/** Firings that one controller starts at a time; others may start more. */
const maxStarts = 8;

/** Fires schedules. Only the database knows what is due and what is claimed, so a restart forgets nothing. */
@Injectable()
export class ScheduleRunner {
  private readonly periodic = new Periodic(
    lookEveryMs,
    () => this.fireAll(),
    (err) => this.log.error({ err }, 'schedules could not be looked through'),
  );

  constructor(
    @Inject(ScheduleRepository) private readonly schedules: ScheduleRepository,
    @Inject(FiringRepository) private readonly firings: FiringRepository,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(TokenService) private readonly tokens: TokenService,
    @Inject(AccessControl) private readonly access: AccessControl,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  start(): void {
    this.periodic.start();
  }

  stop(): Promise<void> {
    return this.periodic.stop();
  }

  /** Claims what is due at `now` and starts it. True where there may be more. */
  async fire(now: Date): Promise<boolean> {
    const claimed = await this.claim(now);
    await Promise.all(claimed.map((firing) => this.run(firing)));
    return claimed.length >= maxStarts;
  }

  private async claim(now: Date): Promise<FiringKey[]> {
    const claimed = await this.firings.claimAbandoned(now, maxStarts);
    while (claimed.length < maxStarts) {
      const firing = await this.firings.claimWaiting(now);
      if (firing === undefined) break;
      claimed.push(firing);
    }
    while (claimed.length < maxStarts) {
      const firing = await this.firings.decideNext(now);
      if (firing === undefined) break;
      if (firing !== null) claimed.push(firing);
    }
    return claimed;
  }

  /** Throws nothing: what cannot be told to the database is taken up again when its lease is over. */
  private async run(firing: FiringKey): Promise<void> {
    const about = { schedule: firing.scheduleId, due: firing.due };
    try {
      await this.startSession(firing);
    } catch (err) {
      const problem = toProblem(err);
      this.log[problem === undefined ? 'error' : 'warn']({ err, ...about }, 'a schedule could not start its session');
      if (problem?.code !== 'database_unavailable') {
        await this.firings
          .ended(firing, 'failed', failure(problem))
          .catch((cause: unknown) => this.log.error({ err: cause, ...about }, 'a failed firing could not be stored'));
      }
    }
  }

  /** Starting it again gives the same session. Throws Problem. */
  private async startSession(firing: FiringKey): Promise<void> {
    const schedule = await this.schedules.findWithProgram(firing.scheduleId);
    if (schedule === null) {
      return;
    }
    const holder = await this.tokens.callerById(schedule.tokenId);
    if (holder === undefined || !allows(holder.role, 'run')) {
      await this.firings.ended(firing, 'failed', 'the token that made the schedule may not run sessions any more');
      return;
    }
    const caller = { ...holder, requestId: `schedule:${schedule.id}:${firing.due.toISOString()}` };
    const replaces = schedule.overlap === 'replace';
    if (replaces && (await this.firings.isReplaced(firing))) {
      await this.firings.ended(firing, 'skipped', 'a later firing took its place');
      return;
    }
    if (replaces) {
      await this.sessions.cancelEarlier(firing, caller);
    }
    const request = {
      ...scheduledRequest(schedule),
      caller,
      idempotencyKey: `schedule ${schedule.id} ${firing.due.toISOString()}`,
      scheduledFor: firing,
    };
    const session = await this.sessions.create(request).catch(async (error: unknown) => {
      await this.access.failed(caller, { operation: 'createSession', subject: schedule.id }, error);
      throw error;
    });
    await this.firings.started(firing, session.id);
    this.log.info({ schedule: schedule.id, due: firing.due, session: session.id }, 'schedule fired');
    // A later firing looked for earlier sessions before this one was there to be seen.
    if (replaces && (await this.firings.isReplaced(firing))) {
      await this.sessions.cancel(session.id, caller);
    }
  }

  private async fireAll(): Promise<void> {
    while (this.periodic.running && (await this.fire(await this.schedules.now()))) {
      // There is more to start.
    }
  }
}

function failure(problem: Problem | undefined): string {
  return problem === undefined
    ? 'internal: something went wrong in the controller'
    : `${problem.code}: ${problem.message}`;
}
