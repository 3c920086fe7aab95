import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LOGGER } from '../../config/tokens.ts';
import { Hints } from '../../database/hints.ts';
import { Periodic } from '../../periodic.ts';
import { SessionFeed } from '../session-feed.ts';
import { Settlement } from '../settlement.ts';
import { judgeRollout } from './judge-rollout.ts';
import { RolloutRepository } from './rollout.repository.ts';

const lookEveryMs = 250;

/** Tells sessions' waves one after another, and halts a session whose nodes fail. Only the database remembers how far each is. */
@Injectable()
export class RolloutRunner {
  private readonly periodic = new Periodic(
    lookEveryMs,
    () => this.advanceAll(new Date()),
    (err) => this.log.error({ err }, 'rollouts could not be looked through'),
  );

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(RolloutRepository) private readonly rollouts: RolloutRepository,
    @Inject(Settlement) private readonly settlement: Settlement,
    @Inject(Hints) private readonly hints: Hints,
    @Inject(SessionFeed) private readonly feed: SessionFeed,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  start(): void {
    this.periodic.start();
  }

  stop(): Promise<void> {
    return this.periodic.stop();
  }

  /** Does what is due at `now` for every session that is told in waves. */
  async advanceAll(now: Date): Promise<void> {
    for (const id of await this.rollouts.open()) {
      try {
        await this.advanceOne(id, now);
      } catch (err) {
        // The others must not wait for it: one of them may have to be halted.
        this.log.error({ err, session: id }, 'a rollout could not be looked at');
      }
    }
  }

  private async advanceOne(id: string, now: Date): Promise<void> {
    const changed = await this.database.transaction((transaction) => this.advance(transaction, id, now));
    if (changed) {
      this.hints.publish('assignments', id);
      this.feed.changed(id);
    }
  }

  /** Whether what nodes are to run has changed. */
  private async advance(transaction: DataSource['manager'], id: string, now: Date): Promise<boolean> {
    const session = await this.rollouts.take(transaction, id);
    if (session === undefined) return false;
    const told = await this.rollouts.told(transaction, session);
    const verdict = judgeRollout(told, session.toldAt.getTime(), session.rollout, now.getTime());
    if (verdict.kind === 'halt') {
      await this.rollouts.halt(transaction, session, verdict.reason, now);
      await this.settlement.update(transaction, [id]);
      this.log.warn({ session: id, wave: session.wave + 1, reason: verdict.reason }, 'rollout halted');
      return true;
    }
    if (verdict.kind === 'wait' || session.wave + 1 >= session.waves) return false;
    await this.rollouts.advance(transaction, session, now);
    this.log.info({ session: id, wave: session.wave + 2, waves: session.waves }, 'next wave told');
    return true;
  }
}
