import { decodeTimeCursor, encodeTimeCursor } from '../paging/cursor.ts';
import { countAnswers } from './node-account.ts';
import type { PageQuery } from './session.body.ts';
import type { SessionService } from './session.service.ts';
import { sessionListItem } from './session-resource.ts';

/** A page of sessions as REST lists them, newest first; of one schedule where one is named. Throws `invalid_request`. */
export async function sessionPage(sessions: SessionService, query: PageQuery, scheduleId: string | null) {
  const rows = await sessions.page(query.limit + 1, decodeTimeCursor(query.cursor), scheduleId);
  const items = rows.slice(0, query.limit);
  const states = Map.groupBy(await sessions.states(items.map(({ id }) => id)), ({ sessionId }) => sessionId);
  const last = items.at(-1);
  return {
    items: items.map((session) => sessionListItem(session, countAnswers(states.get(session.id) ?? []))),
    nextCursor:
      rows.length > items.length && last !== undefined ? encodeTimeCursor({ at: last.createdAt, id: last.id }) : null,
  };
}
