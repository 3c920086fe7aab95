import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LOGGER } from '../config/tokens.ts';
import { singletons, singly } from '../database/singleton.ts';
import { Periodic } from '../periodic.ts';
import { SessionRepository } from './session.repository.ts';
import { settleSilence } from './settle.ts';
import { Settlement } from './settlement.ts';

const lookEveryMs = 500;
/** For the manifest to arrive after the time is over. */
const graceMs = 5_000;
/** A connected node may still be sending a long backlog, for as long as some of it comes. */
const connectedGraceMs = 60_000;
const backlogGraceMs = 900_000;
/**
 * From when a connection was lost: until the node has noticed the silence (8 s), waited for its turn (5 s) and shaken
 * hands again. A node that lost it just before the end has its account in the spool, and is on its way back with it.
 */
const reconnectGraceMs = 20_000;
/** After a start of the controller, agents with older sessions need time to come back. */
const startGraceMs = 15_000;

/** Ends sessions whose nodes do not. Nothing but the database remembers when, so a restart forgets nothing. */
@Injectable()
export class SessionDeadlines {
  private readonly periodic = new Periodic(
    lookEveryMs,
    () => this.look(),
    (err) => this.log.error({ err }, 'sessions could not be looked through'),
  );
  private startedAt = 0;

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(SessionRepository) private readonly sessions: SessionRepository,
    @Inject(Settlement) private readonly settlement: Settlement,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  start(): void {
    this.startedAt = Date.now();
    this.periodic.start();
  }

  stop(): Promise<void> {
    return this.periodic.stop();
  }

  /** Concludes every part that is overdue at `now`, or only those of sessions created since. */
  async endOverdue(now: Date, createdSince: Date | null = null): Promise<void> {
    const graces = { graceMs, connectedGraceMs, backlogGraceMs, reconnectGraceMs };
    const overdue = await this.sessions.overdue(now, graces, createdSince);
    if (overdue.length === 0) {
      return;
    }
    const conclusions = overdue.map((target) => ({ ...target, verdict: settleSilence(target) }));
    await this.database.transaction((transaction) => this.settlement.conclude(transaction, conclusions));
    for (const { sessionId, nodeId, verdict } of conclusions) {
      this.log.warn({ session: sessionId, node: nodeId, ...verdict }, 'no manifest of a node in time');
    }
  }

  private async look(): Promise<void> {
    const now = Date.now();
    const starting = now - this.startedAt < startGraceMs;
    await singly(this.database, singletons.deadlines, () =>
      this.endOverdue(new Date(now), starting ? new Date(this.startedAt) : null),
    );
  }
}
