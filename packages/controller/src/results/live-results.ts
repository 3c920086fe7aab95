import { Inject, Injectable } from '@nestjs/common';
import { countAnswers, isOver, type NodeAccount } from '../sessions/node-account.ts';
import type { SessionRow } from '../sessions/session.entity.ts';
import { SessionService } from '../sessions/session.service.ts';
import { SessionFeed } from '../sessions/session-feed.ts';
import { sessionListItem, sessionResource } from '../sessions/session-resource.ts';
import type { HttpStream } from './http-stream.ts';
import { ResultService } from './result.service.ts';

/** Between two documents, at least; and how soon the end of a session is seen, at most. */
const [minEveryMs, lookAgainMs] = [250, 1_000];
/** Frames of one window come in a burst, from all nodes at once: what is shown after it has them all. */
const quietMs = 150;

/**
 * A session while it runs, as server-sent events. Law: a document is read when the burst of a window is over, so that it is not shown
 * in part, and the rest only an interval later; and only once for all that came meanwhile.
 */
@Injectable()
export class LiveResults {
  constructor(
    @Inject(ResultService) private readonly results: ResultService,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(SessionFeed) private readonly feed: SessionFeed,
  ) {}

  /** Until the session has ended, or the reader has gone. Throws `not_found`. */
  async write(id: string, open: () => HttpStream): Promise<void> {
    let session = await this.sessions.get(id);
    const stream = open();
    const changes = this.feed.follow(session.id, stream.signal);
    const everyMs = Math.max(session.intervalMs, minEveryMs);
    const pauseMs = Math.min(everyMs / 2, lookAgainMs);
    let shown = '';
    let resultsAt = 0;
    while (!stream.signal.aborted) {
      const accounts = await this.sessions.accounts(session.id);
      shown = await this.showSession(stream, session, accounts, shown);
      if (isOver(session.state, session.endedAt)) {
        await stream.event({ name: 'end', data: await this.results.documentOf(session, {}, accounts) });
        break;
      }
      if (Date.now() >= resultsAt) {
        resultsAt = Date.now() + everyMs / 2;
        await stream.event({ name: 'results', data: await this.results.documentOf(session, {}, accounts) });
      }
      await changes.pause(pauseMs);
      await changes.next(pauseMs);
      await changes.quiet(Math.min(quietMs, everyMs / 5), pauseMs);
      session = await this.sessions.get(id);
    }
    stream.end();
  }

  /** Where it changed; the numbers of its nodes are in the results. Returns what is shown now. */
  private async showSession(
    stream: HttpStream,
    session: SessionRow,
    accounts: readonly NodeAccount[],
    shown: string,
  ): Promise<string> {
    const place = await this.sessions.place(session);
    const states = accounts.map(({ state, reason }) => [state, reason]);
    const text = JSON.stringify([sessionListItem(session, countAnswers(accounts)), states, place]);
    if (text !== shown) {
      await stream.event({ name: 'session', data: sessionResource(session, accounts, place) });
    }
    return text;
  }
}
