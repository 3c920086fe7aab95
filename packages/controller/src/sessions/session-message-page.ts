import type { Caller } from '../access/caller.ts';
import { decodeTimeCursor, encodeTimeCursor } from '../paging/cursor.ts';
import { pageOf } from '../paging/page-of.ts';
import { pageSize } from '../paging/page-query.ts';
import type { SessionService } from './session.service.ts';
import { sessionMessage } from './session-message.ts';

/** A page of sessions as gRPC lists them, as `sessionPage` does for REST. Throws `invalid_request`. */
export async function sessionMessagePage(
  sessions: SessionService,
  caller: Caller,
  request: { readonly pageSize: number; readonly pageToken: string },
  scheduleId: string | null = null,
) {
  const limit = pageSize(request);
  const rows = await sessions.page(caller, limit + 1, decodeTimeCursor(request.pageToken), scheduleId);
  const { items, nextCursor } = pageOf(rows, limit, ({ createdAt, id }) => encodeTimeCursor({ at: createdAt, id }));
  const messages = [];
  for (const session of items) {
    messages.push(sessionMessage(session, await sessions.accounts(session.id), await sessions.place(session)));
  }
  return { sessions: messages, nextPageToken: nextCursor ?? '' };
}
