import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.ts';
import { TokenService } from '../access/token.service.ts';
import { Problem } from '../problem/problem.ts';
import { countAnswers, isOver, type NodeAccount } from '../sessions/node-account.ts';
import type { Place } from '../sessions/queue/session-queue.ts';
import type { SessionRow } from '../sessions/session.entity.ts';
import { SessionService } from '../sessions/session.service.ts';
import { SessionFeed } from '../sessions/session-feed.ts';
import { sessionListItem } from '../sessions/session-resource.ts';
import type { EventFilter, StoredEvent } from './result.repository.ts';
import { type FleetResult, ResultService } from './result.service.ts';

const eventsPerRead = 1_000;
const lookAgainMs = 1_000;
const minResultsMs = 250;
/** Frames of one window come in a burst, from all nodes at once: what is shown after it has them all. */
const quietMs = 150;
/** How long a stream may go on with a token that was revoked or has expired. */
const admittedMs = 2_000;
/** A document can have 100 MB: the controller does other things for so many times as long as one took. */
const restForWork = 4;

/** A session as it is now. */
export interface SessionView {
  readonly session: SessionRow;
  readonly accounts: readonly NodeAccount[];
  readonly place: Place | null;
}

export type LiveItem =
  | { readonly kind: 'session'; readonly view: SessionView }
  | { readonly kind: 'results' | 'end'; readonly view: SessionView; readonly document: FleetResult };

export interface WantedResults {
  /** Whether there is to be a document at every interval. */
  readonly interim: boolean;
}

export interface WantedEvents {
  /** Only those after this one. */
  readonly after: bigint;
  readonly filter: EventFilter;
  /** Until the session ends; else what is there now. */
  readonly follow: boolean;
}

/** What readers follow, over REST or gRPC. Each is read for as it takes: a slow reader gets fewer states, and every event. */
@Injectable()
export class LiveResults {
  constructor(
    @Inject(ResultService) private readonly results: ResultService,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(SessionFeed) private readonly feed: SessionFeed,
    @Inject(TokenService) private readonly tokens: TokenService,
  ) {}

  /**
   * The session whenever its states changed, the results every interval, and at last the final ones. A document is read when the burst
   * of a window is over, so that it is not shown in part, and the rest only an interval later. `interim` false: of the results the
   * final ones alone. Throws `not_found`, and `unauthenticated` when the token is no longer good.
   */
  async *stream(
    sessionId: string,
    { interim }: WantedResults,
    caller: Caller,
    signal: AbortSignal,
  ): AsyncGenerator<LiveItem, void, void> {
    const admitted = this.admission(caller);
    const changes = this.feed.follow(sessionId, signal);
    let shown = '';
    let nextResultsAt = 0;
    while (!signal.aborted) {
      await admitted();
      const session = await this.sessions.get(sessionId);
      const everyMs = Math.max(session.intervalMs, minResultsMs);
      const pauseMs = Math.min(everyMs / 2, lookAgainMs);
      const [accounts, place] = await Promise.all([this.sessions.accounts(session.id), this.sessions.place(session)]);
      const view = { session, accounts, place };
      const text = stateText(view);
      if (text !== shown) yield { kind: 'session', view };
      shown = text;
      const over = isOver(session.state, session.endedAt);
      if (over || (interim && Date.now() >= nextResultsAt)) {
        const begun = Date.now();
        yield { kind: over ? 'end' : 'results', view, document: await this.results.documentOf(session, {}, accounts) };
        nextResultsAt = Math.max(begun + everyMs / 2, Date.now() + (Date.now() - begun) * restForWork);
      }
      if (over) return;
      await changes.pause(pauseMs);
      await changes.next(pauseMs);
      await changes.quiet(Math.min(quietMs, everyMs / 5), pauseMs);
    }
  }

  /** In the order in which they became known. Throws as `stream` does. */
  async *events(
    sessionId: string,
    { after, filter, follow }: WantedEvents,
    caller: Caller,
    signal: AbortSignal,
  ): AsyncGenerator<StoredEvent, void, void> {
    const admitted = this.admission(caller);
    const changes = this.feed.follow(sessionId, signal);
    let last = after;
    while (!signal.aborted) {
      await admitted();
      const session = await this.sessions.get(sessionId);
      const events = await this.results.events(session.id, last, eventsPerRead, filter);
      yield* events;
      last = BigInt(events.at(-1)?.id ?? last);
      if (events.length === eventsPerRead) continue;
      // Looked at before the events, so that none of a session that has just ended is missed.
      if (!follow || isOver(session.state, session.endedAt)) return;
      await changes.next(lookAgainMs);
    }
  }

  private admission({ tokenId }: Caller): () => Promise<void> {
    let checkedAt = performance.now();
    return async () => {
      if (performance.now() - checkedAt < admittedMs) return;
      if ((await this.tokens.callerById(tokenId)) === undefined) {
        throw new Problem('unauthenticated', 'The token has expired or was revoked while the stream went on.');
      }
      checkedAt = performance.now();
    };
  }
}

/** Different where the session is to be shown again: the numbers of its nodes are in the results. */
function stateText({ session, accounts, place }: SessionView): string {
  const states = accounts.map(({ state, reason }) => [state, reason]);
  return JSON.stringify([sessionListItem(session, countAnswers(accounts)), states, place]);
}

/** Throws `invalid_request` for what no event has as its id. */
export function eventId(text: string): bigint {
  if (text === '') {
    return 0n;
  }
  if (!/^\d{1,18}$/.test(text)) {
    throw new Problem('invalid_request', 'The event id is not one that this server gave.');
  }
  return BigInt(text);
}
