import type { Caller } from '../access/caller.ts';
import { decodeTimeCursor, encodeTimeCursor } from '../paging/cursor.ts';
import { pageOf } from '../paging/page-of.ts';
import type { PageQuery } from '../paging/page-query.ts';
import { countAnswers } from './node-account.ts';
import type { SessionService } from './session.service.ts';
import { sessionListItem } from './session-resource.ts';

/**
 * A page of the sessions that a caller may see as REST lists them, newest first; of one schedule where one is named. Throws
 * `invalid_request`.
 */
export async function sessionPage(
  sessions: SessionService,
  caller: Caller,
  query: PageQuery,
  scheduleId: string | null = null,
) {
  const rows = await sessions.page(caller, query.limit + 1, decodeTimeCursor(query.cursor), scheduleId);
  const { items, nextCursor } = pageOf(rows, query.limit, ({ createdAt, id }) =>
    encodeTimeCursor({ at: createdAt, id }),
  );
  const states = Map.groupBy(await sessions.states(items.map(({ id }) => id)), ({ sessionId }) => sessionId);
  return {
    items: items.map((session) => sessionListItem(session, countAnswers(states.get(session.id) ?? []))),
    nextCursor,
  };
}
