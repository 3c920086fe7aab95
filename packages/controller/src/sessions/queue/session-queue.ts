import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CAPACITY, LOGGER } from '../../config/tokens.ts';
import { Hints } from '../../database/hints.ts';
import { Periodic } from '../../periodic.ts';
import { SessionFeed } from '../session-feed.ts';
import { type Capacity, planQueue, type Turn } from './plan-queue.ts';
import { QueueRepository } from './queue.repository.ts';

const lookEveryMs = 250;

/** A session that waits, as it is told. */
export interface Place extends Turn {
  /** From 1. */
  readonly position: number;
}

/** Lets sessions begin as their nodes have room for them. Only the database remembers who waits. */
@Injectable()
export class SessionQueue {
  private readonly periodic = new Periodic(
    lookEveryMs,
    () => this.advance(new Date()),
    (err) => this.log.error({ err }, 'the queue could not be looked through'),
  );

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(QueueRepository) private readonly queue: QueueRepository,
    @Inject(Hints) private readonly hints: Hints,
    @Inject(SessionFeed) private readonly feed: SessionFeed,
    @Inject(CAPACITY) readonly capacity: Capacity,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  start(): void {
    this.periodic.start();
  }

  stop(): Promise<void> {
    return this.periodic.stop();
  }

  /** Admits what there is room for now, within the caller's transaction. Returns the sessions. */
  async admit(transaction: EntityManager, now: Date): Promise<string[]> {
    await this.queue.lock(transaction);
    const { admitted, waiting } = await this.queue.sessions(transaction);
    const turns = planQueue(admitted, waiting, this.capacity, now.getTime());
    const ids = turns.filter(({ startsAt }) => startsAt === now.getTime()).map(({ id }) => id);
    await this.queue.admit(transaction, ids, now);
    return ids;
  }

  /** Where a session is in the queue; null where it does not wait. */
  async place(id: string): Promise<Place | null> {
    const { admitted, waiting } = await this.queue.sessions();
    const turns = planQueue(admitted, waiting, this.capacity, Date.now());
    const index = turns.findIndex((turn) => turn.id === id);
    const turn = turns[index];
    return turn === undefined ? null : { ...turn, position: index + 1 };
  }

  /** Admits what there is room for now, and tells its nodes. */
  async advance(now: Date): Promise<void> {
    if (!(await this.queue.anyWaits())) return;
    for (const session of await this.database.transaction((transaction) => this.admit(transaction, now))) {
      this.hints.publish('assignments', session);
      this.feed.changed(session);
      this.log.info({ session }, 'session has its turn');
    }
  }
}
